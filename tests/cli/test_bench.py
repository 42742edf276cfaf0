from __future__ import annotations

RATIOS = {
    "paper_low_over_click",
    "paper_high_over_click",
    "compact_eager_over_click",
    "sam_first_click",
    "sam_ten_clicks",
    "ritm_hrnet18s_over_click",
    "first_over_warm",
}


def test_json_has_the_keys_of_the_contract_whatever_was_measured(run):
    answer = run("bench", "--stage", "guidance", "--json")
    assert answer.code == 0
    values = answer.json
    assert values.keys() >= {"machine", "ceilings", "stages", "ratios", "ratios_end_to_end"}
    assert values["ratios"].keys() >= RATIOS
    assert values["ratios_end_to_end"].keys() >= RATIOS
    assert set(values["ratios"].values()) == {None}
    assert all(best > 0 for best in values["ceilings"].values())
    (stage,) = values["stages"]
    assert stage["name"] == "guidance"
    assert stage["bytes"] == 3 * 4 * 1024**2
    assert 0 < stage["median_ms"] <= stage["p95_ms"]
    moved_ms = stage["bytes"] / values["ceilings"]["copy_gb_s"] / 1e6
    assert abs(stage["share_of_ceiling"] - moved_ms / stage["median_ms"]) < 0.01 + 0.02 * moved_ms


def test_an_unknown_stage_is_answered_with_the_known_ones(run):
    answer = run("bench", "--stage", "flight")
    assert answer.code == 2
    assert "there is read, guidance, network" in " ".join(answer.err.split())
