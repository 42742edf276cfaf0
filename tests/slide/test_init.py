import subprocess
import sys

import zoomiseg.slide


def test_all_public_names_exist_and_are_sorted():
    assert sorted(zoomiseg.slide.__all__) == list(zoomiseg.slide.__all__)
    assert all(hasattr(zoomiseg.slide, name) for name in zoomiseg.slide.__all__)


def test_opening_a_slide_loads_neither_torch_nor_zarr():
    code = (
        "import sys; from zoomiseg.slide import open_slide, sample_path; "
        "open_slide(sample_path('cmu-1')); print('torch' in sys.modules, 'zarr' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.split() == ["False", "False"]
