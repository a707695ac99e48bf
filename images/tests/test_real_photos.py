"""Every photo of the shared samples goes in by the door, and others get pictures of it without a word about it."""

import os
import shutil
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image as Pillow
from PIL.ExifTags import Base

from conftest import Upload
from images import variants
from images.models import Status
from images.tests.laden import MAKERS, SAMPLES
from images.tests.test_exiftool import exiftool

SIZES = {
    "iphone.heic": (4032, 3024),
    "motion-photo.heic": (3000, 4000),
    "8bit.avif": (1617, 1080),
    "denali.webp": (600, 315),
    "density_plot.png": (800, 800),
    "small.gif": (500, 375),
    "samsung-sm-g935l-galaxy-s7-edge.jpg": (4032, 3024),
    "portrait.jpg": (840, 700),
    "portrait-orientation-6.jpg": (840, 700),
}
"""As people see them; of the others it is enough that all pictures of a photo agree."""
FOLDERS = [
    pytest.param(path.name, marks=pytest.mark.xdist_group(path.name))
    for path in sorted(SAMPLES.glob("*"))
    if path.is_dir()
]


@pytest.mark.program
@pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO")
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_real_photo_goes_in_and_others_get_it_without_a_word_about_it(
    folder: str, upload: Upload, visitor: Client, media: Path, tmp_path: Path
) -> None:
    served, turned = tmp_path / "served", set()
    served.mkdir()
    photos = [path for path in sorted((SAMPLES / folder).iterdir()) if path.suffix != ".jxl"]
    for photo in photos:
        image = upload(photo.read_bytes(), name=photo.name)
        size = SIZES.get(photo.name, (image.width, image.height))
        assert (image.status, image.width, image.height) == (Status.READY, *size), photo.name
        link = visitor.get(image.direct_url).getvalue()
        made = {path.stem: path for path in media.glob(f"derived/*/{image.file_key}/*")}
        assert made.keys() == {"thumb", "preview", "full"}
        assert made["full"].read_bytes() == link
        for path in made.values():
            (served / f"{photo.name}.{path.name}").hardlink_to(path)
        with Pillow.open(made["preview"]) as preview:
            assert preview.size == variants.fitted(*size, 1600), photo.name
        with Pillow.open(made["full"]) as full, Pillow.open(photo) as original:
            if full.getexif().get(Base.Orientation, 1) != 1:
                turned.add(f"{photo.name}.{made['full'].name}")
            if image.format in MAKERS:
                for picture in (full, original):
                    picture.draft(None, (400, 400))
                assert full.tobytes() == original.tobytes(), photo.name
    if shutil.which("exiftool") is None and os.environ.get("CI") != "true":
        pytest.skip("exiftool is not installed")
    found = exiftool(served)
    assert len(found) == 3 * len(photos) > 0
    assert {name: tags for name, tags in found.items() if tags} == {name: {"IFD0:Orientation"} for name in turned}
