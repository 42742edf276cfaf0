"""What the networks are trained to minimise: normalised focal loss and click loss (paper, 2.2 and 3.1.3)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

ClickLossForm = Literal["hinge", "as_printed"]
_EPSILON = 1e-12


def normalised_focal_loss(
    logits: Tensor, target: Tensor, *, valid: Tensor | None = None, alpha: float = 0.5, gamma: float = 2.0
) -> Tensor:
    """Return the normalised focal loss of Sofiiuk et al. 2019, one value per sample: (N,) float32.

    With p the probability, p_t = 1 - |y - p| and beta = (1 - p_t)^gamma, a sample's loss is the mean over
    its valid pixels of -alpha_t * Z * beta * log(p_t), where Z = n_valid / sum(beta) takes no gradient and
    alpha_t is alpha at target pixels and 1 - alpha elsewhere.

    Args:
        logits: (N, 1, H, W).
        target: (N, 1, H, W) in {0, 1}.
        valid: (N, 1, H, W) bool, False where a pixel counts for nothing (outside the slide); None: all count.
        alpha: Weight of target pixels.
        gamma: Exponent that turns the loss away from easy pixels.
    """
    # In half precision the epsilons vanish.
    logits, target = logits.float(), target.float()
    weight = torch.ones_like(target) if valid is None else valid.float()
    p_t = 1 - (target - torch.sigmoid(logits)).abs()
    beta = (1 - p_t) ** gamma * weight
    n_valid = weight.sum(dim=(1, 2, 3))
    scale = (n_valid / (beta.sum(dim=(1, 2, 3)) + _EPSILON)).detach().view(-1, 1, 1, 1)
    alpha_t = torch.where(target > 0.5, alpha, 1 - alpha)
    # log(sigmoid(±logit)) keeps its gradient where log(p_t) would have run out of digits.
    log_p_t = torch.nn.functional.logsigmoid(torch.where(target > 0.5, logits, -logits))
    loss = -alpha_t * scale * beta * log_p_t
    return loss.sum(dim=(1, 2, 3)) / n_valid.clamp_min(1)


def click_loss(logits: Tensor, clicks: Tensor, *, form: ClickLossForm = "hinge") -> Tensor:
    """Return the click loss of each sample: (N,) float32, zero for a sample without clicks.

    `hinge` is the mean over a sample's clicks of max(0, 1 - l * f)^2 with f = 2 * sigmoid(logit) - 1 at the
    click's pixel. `as_printed` is the paper's equation 1 to the letter, (mean of max(l - f, 0))^2 with
    f = sigmoid(logit); it leaves a wrong prediction at a negative click unpunished (docs/method.md).

    Args:
        logits: (N, 1, H, W).
        clicks: (N, K, 3) integers (column, row, label) in patch pixels; label 0 marks an unused row.
        form: Which reading of equation 1.
    """
    columns, rows, labels = clicks.unbind(dim=2)
    used = labels != 0
    sample = torch.arange(len(logits), device=logits.device).unsqueeze(1).expand_as(columns)
    probability = torch.sigmoid(logits.float()[sample, 0, rows.clamp_min(0), columns.clamp_min(0)])
    count = used.sum(dim=1).clamp_min(1)
    if form == "hinge":
        hinge = (1 - labels * (2 * probability - 1)).clamp_min(0) ** 2
        return (hinge * used).sum(dim=1) / count
    hinge = (labels - probability).clamp_min(0)
    return ((hinge * used).sum(dim=1) / count) ** 2


def total_loss(
    logits: Tensor,
    target: Tensor,
    clicks: Tensor,
    *,
    valid: Tensor | None = None,
    click_weight: float = 0.05,
    form: ClickLossForm = "hinge",
) -> Tensor:
    """Return the batch's mean of normalised focal loss + `click_weight` * click loss, a scalar."""
    focal = normalised_focal_loss(logits, target, valid=valid)
    return (focal + click_weight * click_loss(logits, clicks, form=form)).mean()
