"""What the browser does to photos before they leave: smaller copies, crops, words in the page's language."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Page, expect

from e2e.instance import Person
from e2e.photos import Photos, phone_photo
from e2e.windows import Windows, choose, open_upload, sign_in, start_upload, upload_rows

pytestmark = pytest.mark.browser

_ORIENTATION, _MAKE = 0x0112, 0x010F

# Keys of strings that a part of Uppy in the bundle has and the page doesn't translate.
_UNTRANSLATED = """async () => {
  const own = JSON.parse(document.getElementById("upload").dataset.words);
  const url = performance.getEntriesByType("resource").find(({ name }) => name.includes("vendor/uppy/uppy.")
    && name.endsWith(".js")).name;
  const { Uppy, Dashboard, GoldenRetriever, ImageEditor, ScreenCapture, Tus, Webcam } = await import(url);
  const uppy = new Uppy().use(Dashboard).use(ImageEditor).use(ScreenCapture).use(Webcam).use(Tus, { endpoint: "/" });
  const locales = [uppy.defaultLocale];
  uppy.iteratePlugins((plugin) => plugin.defaultLocale && locales.push(plugin.defaultLocale));
  const keys = locales.flatMap(({ strings }) => Object.keys(strings));
  uppy.destroy();
  const needless = Object.keys(own).filter((key) => !keys.includes(key));
  return { missing: keys.filter((key) => !(key in own)), needless };
}"""

# Of accounts with other services, whose plugins aren't in the bundle.
_OTHER_SERVICES = {
    "actionFailed",
    "addedNumFiles",
    "allFilesFromFolderNamed",
    "authAborted",
    "authenticateWith",
    "authenticateWithTitle",
    "companionError",
    "companionUnauthorizeHint",
    "dialogConfirm",
    "emptyFolderAdded",
    "enterTextToSearch",
    "filter",
    "folderAdded",
    "folderAlreadyAdded",
    "googleDrivePickerFailed",
    "itemActionsNamed",
    "loadedXFiles",
    "loading",
    "logIn",
    "logOut",
    "noFilesFound",
    "noSearchResults",
    "openFolderNamed",
    "pickFiles",
    "pickPhotos",
    "pleaseWait",
    "resetFilter",
    "resetSearch",
    "s3AlreadyExists",
    "s3Conflict",
    "s3DestinationMustBeFile",
    "s3FileTooLargeToMove",
    "s3FolderIntoItself",
    "s3FolderMoveNotSupported",
    "s3FolderNotEmpty",
    "s3InvalidGrant",
    "s3InvalidName",
    "s3NotConfigured",
    "s3NotFound",
    "s3OutsideAllowedFolder",
    "s3ReadOnlySession",
    "s3RequestFailed",
    "s3SelectedInOtherSession",
    "search",
    "searchImages",
    "selectX",
    "signInWithGoogle",
    "webdavCannotConnect",
}


def _original(page: Page) -> Image.Image:
    """What the server has of the only photo of the results."""
    address = upload_rows(page, "done").get_by_role("link").get_attribute("href")
    answer = page.request.get(f"{address}/download")
    assert answer.ok
    return Image.open(io.BytesIO(answer.body()))


def test_a_smaller_copy_is_upright_and_keeps_the_camera_data(windows: Windows, person: Person, tmp_path: Path) -> None:
    page = windows.open()
    sign_in(page, person)
    open_upload(page)
    page.get_by_label("Size").select_option("Smaller (2560 px)")
    photo = phone_photo(tmp_path / "phone.jpg", size=(4000, 3000), orientation=6)
    choose(page, photo)
    start_upload(page)
    expect(upload_rows(page, "done")).to_contain_text("saved")
    sent = _original(page)
    assert sent.size == (1920, 2560)
    assert sent.getexif()[_ORIENTATION] == 1
    assert sent.getexif()[_MAKE] == "Example"
    corner = sent.convert("RGB").crop((1750, 50, 1850, 150))
    assert ImageStat.Stat(corner).mean[:2] == pytest.approx([250, 20], abs=20), "the mark isn't in its corner"
    open_upload(page)
    expect(page.get_by_label("Size")).to_have_value("2560")


def test_smaller_copies_are_made_of_photos_only(
    windows: Windows, person: Person, photos: Photos, tmp_path: Path
) -> None:
    clear = tmp_path / "clear.png"
    Image.effect_noise((2700, 300), 90).convert("RGBA").save(clear)
    with Image.open(clear) as picture:
        picture.putpixel((5, 5), (0, 0, 0, 0))
        picture.save(clear)
    drawing = tmp_path / "drawing.png"
    Image.new("RGB", (4000, 300), "white").save(drawing)
    page = windows.open()
    sign_in(page, person)
    open_upload(page)
    page.get_by_label("Size").select_option("Smaller (2560 px)")
    choose(page, photos.animated, clear, drawing)
    start_upload(page)
    expect(upload_rows(page, "done")).to_have_count(3)
    expect(page.locator("#upload-results").get_by_text("saved")).to_have_count(0)


def test_a_photo_is_cropped_before_it_leaves(windows: Windows, person: Person, tmp_path: Path) -> None:
    page = windows.open()
    sign_in(page, person)
    open_upload(page)
    choose(page, phone_photo(tmp_path / "phone.jpg", size=(1600, 1200), orientation=6))
    page.get_by_role("button", name="Edit phone.jpg").click()
    page.get_by_role("button", name="Crop to a square").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    start_upload(page)
    expect(upload_rows(page, "done")).to_have_count(1)
    width, height = _original(page).size
    assert abs(width - height) <= 2
    assert width <= 1200


def test_every_word_of_the_queue_is_ours(windows: Windows, person: Person) -> None:
    page = windows.open()
    sign_in(page, person)
    open_upload(page)
    found = page.evaluate(_UNTRANSLATED)
    assert set(found["missing"]) == _OTHER_SERVICES
    assert found["needless"] == []
