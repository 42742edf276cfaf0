"""UCTransNet's channel-wise cross fusion: skips of different depth inform each other by channel.

Written from the description in Wang et al. 2022. In the algebra below T is the number of tokens (one per
16 x 16 input pixels), C_i the channels of skip i and C the channels of all skips together.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, layer_norm

PATCH_SIZE = 16
LAYERS = 4
HEADS = 4
_DROPOUT = 0.1
_MLP_RATIO = 4
_NORM_EPS = 1e-6


class Embedding(nn.Module):
    """Cuts a skip into tokens and adds learned positions, whatever the size of the skip.

    Args:
        channels: C_i.
        stride: Pixels of this skip along a token's side.
        nominal_tokens: Tokens along a side for which the positions are stored.
    """

    def __init__(self, channels: int, *, stride: int, nominal_tokens: int) -> None:
        super().__init__()
        self.tokens = nn.Conv2d(channels, channels, stride, stride=stride)
        self.positions = nn.Parameter(torch.zeros(1, channels, nominal_tokens, nominal_tokens))
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, skip: Tensor) -> Tensor:
        """Return (N, C_i, rows, columns) tokens."""
        tokens = self.tokens(skip)
        positions = interpolate(self.positions, size=tokens.shape[-2:], mode="bilinear", align_corners=False)
        embedded: Tensor = self.dropout(tokens + positions)
        return embedded


class ChannelAttention(nn.Module):
    """Each skip's channels attend to the channels of all skips; the heads are full width and averaged."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        total = sum(widths)
        self.query = nn.ModuleList(nn.Linear(width, HEADS * width, bias=False) for width in widths)
        self.key = nn.Linear(total, HEADS * total, bias=False)
        self.value = nn.Linear(total, HEADS * total, bias=False)
        self.out = nn.ModuleList(nn.Linear(width, width, bias=False) for width in widths)
        self.dropout = nn.Dropout(_DROPOUT)
        self.widths = tuple(widths)
        self.total = total

    def forward(self, skips: list[Tensor], everything: Tensor) -> list[Tensor]:
        """Return what each skip learns, (N, T, C_i), from (N, T, C_i) skips and (N, T, C) everything."""
        key, value = _heads(self.key(everything)), _heads(self.value(everything))
        return [
            self.dropout(out(self._attend(_heads(query(skip)), key, value, width)))
            for skip, width, query, out in zip(skips, self.widths, self.query, self.out, strict=True)
        ]

    def _attend(self, query: Tensor, key: Tensor, value: Tensor, width: int) -> Tensor:
        # (N, heads, C_i, C): its size does not depend on T, so that cost is linear in the tokens.
        similarity = query.transpose(-1, -2) @ key * self.total**-0.5
        # Instance norm of the matrix; written as a layer norm, which can be traced for any input size.
        normed = layer_norm(similarity, (width, self.total))
        attention: Tensor = self.dropout(normed.softmax(dim=-1))
        return (attention @ value.transpose(-1, -2)).mean(dim=1).transpose(-1, -2)


class FusionLayer(nn.Module):
    """Channel attention, then an MLP for each skip; norms before, residuals around."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width, eps=_NORM_EPS) for width in widths)
        self.norm_all = nn.LayerNorm(sum(widths), eps=_NORM_EPS)
        self.attention = ChannelAttention(widths)
        self.mlps = nn.ModuleList(_mlp(width) for width in widths)

    def forward(self, skips: list[Tensor]) -> list[Tensor]:
        """Return the skips changed, (N, T, C_i) each."""
        everything = self.norm_all(torch.cat(skips, dim=-1))
        normed = [norm(skip) for norm, skip in zip(self.norms, skips, strict=True)]
        learnt = self.attention(normed, everything)
        mixed = [skip + more for skip, more in zip(skips, learnt, strict=True)]
        return [skip + mlp(skip) for mlp, skip in zip(self.mlps, mixed, strict=True)]


class CrossFusion(nn.Module):
    """Skips in, skips of the same sizes out, each with what it learnt from the others added.

    Args:
        widths: Channels of the skips that take part, the shallowest first.
        strides: Pixels of each skip along a token's side.
        nominal_size: Input pixels along a side for which positions are stored.
    """

    def __init__(self, widths: Sequence[int], strides: Sequence[int], *, nominal_size: int) -> None:
        super().__init__()
        nominal_tokens = nominal_size // PATCH_SIZE
        self.strides = tuple(strides)
        self.embeddings = nn.ModuleList(
            Embedding(width, stride=stride, nominal_tokens=nominal_tokens)
            for width, stride in zip(widths, strides, strict=True)
        )
        self.layers = nn.ModuleList(FusionLayer(widths) for _ in range(LAYERS))
        self.norms = nn.ModuleList(nn.LayerNorm(width, eps=_NORM_EPS) for width in widths)
        self.reconstruct = nn.ModuleList(_reconstruction(width) for width in widths)

    def forward(self, skips: list[Tensor]) -> list[Tensor]:
        """Return (N, C_i, H_i, W_i) for each skip of that shape."""
        grids = [embedding(skip) for embedding, skip in zip(self.embeddings, skips, strict=True)]
        rows_columns = grids[0].shape[-2:]
        tokens = [grid.flatten(2).transpose(1, 2) for grid in grids]
        for layer in self.layers:
            tokens = layer(tokens)
        return [
            skip + self._enlarged(index, norm(token).transpose(1, 2).unflatten(2, rows_columns))
            for index, (skip, norm, token) in enumerate(zip(skips, self.norms, tokens, strict=True))
        ]

    def _enlarged(self, index: int, grid: Tensor) -> Tensor:
        up = interpolate(grid, scale_factor=float(self.strides[index]), mode="nearest")
        reconstructed: Tensor = self.reconstruct[index](up)
        return reconstructed


def _heads(projected: Tensor) -> Tensor:
    """Turn (N, T, heads * width) into (N, heads, T, width)."""
    return torch.unflatten(projected, -1, (HEADS, -1)).transpose(1, 2)


def _mlp(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(width, eps=_NORM_EPS),
        nn.Linear(width, _MLP_RATIO * width),
        nn.GELU(),
        nn.Linear(_MLP_RATIO * width, width),
    )


def _reconstruction(width: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(width, width, 1), nn.BatchNorm2d(width), nn.ReLU(inplace=True))
