import math

import pytest
import torch

from zoomiseg.networks._fusion import HEADS, ChannelAttention, CrossFusion, Embedding


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def embedding_with_positions(positions: torch.Tensor) -> Embedding:
    embedding = Embedding(positions.shape[1], stride=2, nominal_tokens=positions.shape[-1]).eval()
    with torch.no_grad():
        embedding.positions.copy_(positions)
    return embedding


def added_positions(embedding: Embedding, rows: int, columns: int) -> torch.Tensor:
    skip = torch.randn(1, embedding.positions.shape[1], 2 * rows, 2 * columns)
    with torch.no_grad():
        return embedding(skip) - embedding.tokens(skip)


def test_positions_start_at_zero() -> None:
    assert Embedding(4, stride=2, nominal_tokens=3).positions.count_nonzero() == 0


def test_at_the_nominal_size_positions_are_added_as_they_are() -> None:
    positions = torch.randn(1, 4, 6, 6)
    added = added_positions(embedding_with_positions(positions), 6, 6)
    torch.testing.assert_close(added, positions, rtol=0, atol=1e-5)


def test_at_another_size_positions_that_rise_evenly_still_do() -> None:
    ramp = (torch.arange(8.0) + 0.5) / 8
    embedding = embedding_with_positions(ramp.expand(1, 2, 8, 8))
    added = added_positions(embedding, 5, 32)
    expected = (torch.arange(32.0) + 0.5) / 32
    # Beyond the outermost stored positions there is nothing to interpolate to.
    inner = slice(2, -2)
    torch.testing.assert_close(added[0, 0, 2, inner], expected[inner], rtol=0, atol=1e-5)
    assert (added[0, :, :, 1:] - added[0, :, :, :-1]).max() <= 1 / 32 + 1e-5


def test_attention_is_the_published_formula() -> None:
    widths = (2, 3)
    attention = ChannelAttention(widths).eval()
    skips = [torch.randn(1, 7, width) for width in widths]
    everything = torch.randn(1, 7, 5)
    with torch.no_grad():
        learnt = attention(skips, everything)
        for index, width in enumerate(widths):
            contexts = []
            for head in range(HEADS):
                query = skips[index][0] @ attention.query[index].weight[head * width : (head + 1) * width].T
                key = everything[0] @ attention.key.weight[head * 5 : (head + 1) * 5].T
                value = everything[0] @ attention.value.weight[head * 5 : (head + 1) * 5].T
                similarity = query.T @ key / math.sqrt(5)
                normed = (similarity - similarity.mean()) / (similarity.var(correction=0) + 1e-5).sqrt()
                contexts.append(torch.exp(normed) / torch.exp(normed).sum(1, keepdim=True) @ value.T)
            expected = (sum(contexts) / HEADS).T @ attention.out[index].weight.T
            torch.testing.assert_close(learnt[index][0], expected, rtol=1e-4, atol=1e-5)


def test_every_skip_hears_of_every_other() -> None:
    fusion = CrossFusion([2, 4], [4, 2], nominal_size=32).eval()
    shallow, deep = torch.randn(1, 2, 16, 24), torch.randn(1, 4, 8, 12)
    with torch.no_grad():
        before = fusion([shallow, deep])
        after = fusion([shallow, deep + torch.randn_like(deep)])
    assert [tuple(skip.shape) for skip in before] == [(1, 2, 16, 24), (1, 4, 8, 12)]
    assert not torch.allclose(before[0], after[0])
