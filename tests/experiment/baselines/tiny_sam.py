"""Segment Anything's own classes at a size that a test can bear, with random weights."""

from __future__ import annotations

import pytest
import torch

from zoomiseg.errors import MissingExtra
from zoomiseg.experiment.baselines._sam_checkpoint import segment_anything

SIDE = 64


def tiny_sam() -> torch.nn.Module:
    """Return a `Sam` that sees 64 x 64 pixels; its logits are 16 x 16."""
    try:
        parts = segment_anything()
    except MissingExtra:
        pytest.skip("segment-anything is an extra")
    torch.manual_seed(3)
    width, tokens = 32, SIDE // 16
    encoder = parts.ImageEncoderViT(
        img_size=SIDE,
        patch_size=16,
        embed_dim=width,
        depth=2,
        num_heads=2,
        out_chans=width,
        use_rel_pos=True,
        window_size=2,
        global_attn_indexes=(1,),
    )
    prompts = parts.PromptEncoder(
        embed_dim=width,
        image_embedding_size=(tokens, tokens),
        input_image_size=(SIDE, SIDE),
        mask_in_chans=4,
    )
    decoder = parts.MaskDecoder(
        num_multimask_outputs=3,
        transformer=parts.TwoWayTransformer(depth=2, embedding_dim=width, mlp_dim=64, num_heads=2),
        transformer_dim=width,
    )
    return parts.Sam(encoder, prompts, decoder).eval()
