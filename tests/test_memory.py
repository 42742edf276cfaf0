"""The peak of a process is its own."""

import subprocess
import sys

from zoomiseg.memory import peak_rss_mb

OWN = "from zoomiseg.memory import peak_rss_mb\n{}\nprint(peak_rss_mb())"


def peak_of(program: str) -> float:
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(ran.stdout)


def test_memory_that_was_held_counts_though_it_was_given_back() -> None:
    little = peak_of(OWN.format(""))
    much = peak_of(OWN.format("del_me = bytearray(b'1') * 300_000_000\ndel del_me"))
    assert 270 < much - little < 320


def test_what_the_starting_process_held_does_not_count() -> None:
    held = bytearray(b"1") * 600_000_000
    assert (peak_rss_mb() or 0) > 570
    assert peak_of(OWN.format("")) < 300
    del held
