import pytest

from zoomiseg.experiment.evaluation._table import claim_sentence


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        (
            {"gap": 0.15, "judged": True, "gain_share": 0.4, "click_share": 0.44},
            "High-only is 0.150 above low-only. ZoomISEG gains 40% of that with 44% of high-only's clicks "
            "(the paper, on slides of its own: 40% with 44%).",
        ),
        (
            {"gap": 0.011, "judged": False},
            "High-only is 0.011 above low-only, less than 0.02: there is nothing to gain.",
        ),
        ({"gap": -0.112, "judged": False}, "High-only is 0.112 below low-only: there is nothing to gain."),
        (None, "The paper's claim needs the rows low-only, high-only and zoomiseg."),
    ],
)
def test_the_claim_is_told_in_words_whichever_way_it_goes(claim, sentence):
    assert claim_sentence(claim) == sentence
