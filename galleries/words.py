"""What the upload queue says: the strings of the parts of Uppy in use, in the language of the page.

The keys are Uppy's. The browser fills in `%{...}`. Uppy has more strings, for accounts
of other services, which aren't part of the bundle.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, ngettext

from images import plurals

UPPY: Final[Mapping[str, str | Promise]] = MappingProxyType(
    {
        "additionalRestrictionsFailed": _("%{count} more files were refused."),
        "aggregateExceedsSize": _("You chose %{size} of photos; the limit is %{sizeAllowed}."),
        "connectedToInternet": _("You are online again."),
        "exceedsSize": _("Larger than %{size}, the limit for one photo."),
        "failedToUpload": _("%{file} failed."),
        "inferiorSize": _("Smaller than %{size}."),
        "missingRequiredMetaField": _("Something is missing."),
        "missingRequiredMetaFieldOnFile": _("Something is missing for %{fileName}."),
        "noDuplicates": _("%{fileName} is in the list already."),
        "noInternetConnection": _("You are offline."),
        "noMoreFilesAllowed": _("No more photos can be added now."),
        "unnamed": _("Unnamed"),
        "youCanOnlyUploadFileTypes": _("This type of file isn't accepted."),
        "addMore": _("Add more"),
        "addMoreFiles": _("Add more photos"),
        "addingMoreFiles": _("Add more photos"),
        "back": _("Back"),
        "browseFiles": _("choose photos"),
        "browseFolders": _("choose a folder"),
        "cancel": _("Cancel"),
        "cancelUpload": _("Cancel this upload"),
        "closeModal": _("Close"),
        "complete": _("Complete"),
        "copyLink": _("Copy link"),
        "copyLinkToClipboardFallback": _("Copy this link"),
        "copyLinkToClipboardSuccess": _("Link copied"),
        "dashboardTitle": _("Photos to upload"),
        "dashboardWindowTitle": _("Photos to upload (Escape closes)"),
        "dataUploadedOfTotal": _("%{complete} of %{total}"),
        "dataUploadedOfUnknown": _("%{complete} so far"),
        "done": _("Done"),
        "dropHint": _("Drop your photos here"),
        "dropPasteBoth": _("Drop photos here, %{browseFiles} or %{browseFolders}"),
        "dropPasteFiles": _("Drop photos here or %{browseFiles}"),
        "dropPasteFolders": _("Drop photos here or %{browseFolders}"),
        "dropPasteImportBoth": _("Drop or paste photos here, %{browseFiles} or %{browseFolders}"),
        "dropPasteImportFiles": _("Drop or paste photos here or %{browseFiles}"),
        "dropPasteImportFolders": _("Drop or paste photos here or %{browseFolders}"),
        "editFile": _("Edit photo"),
        "editFileWithFilename": _("Edit %{file}"),
        "editImage": _("Edit photo"),
        "editing": _("Editing %{file}"),
        "error": _("Some failed"),
        "finishEditingFile": _("Finish editing"),
        "importFiles": _("Take photos from:"),
        "importFrom": _("Take photos from %{name}"),
        "myDevice": _("My device"),
        "pause": _("Pause"),
        "pauseUpload": _("Pause this upload"),
        "paused": _("Paused"),
        "poweredBy": _("Powered by %{uppy}"),
        "reSelect": _("Choose again"),
        "recordVideoBtn": _("Record a video"),
        "recoveredAllFiles": _("All photos from last time are here again. Go on when you like."),
        "removeFile": _("Take %{file} out"),
        "resume": _("Go on"),
        "resumeUpload": _("Go on with this upload"),
        "retry": _("Retry"),
        "retryUpload": _("Retry this upload"),
        "save": _("Save"),
        "saveChanges": _("Save changes"),
        "sessionRestored": _("Last time's upload didn't end"),
        "showErrorDetails": _("Show what went wrong"),
        "takePictureBtn": _("Take a picture"),
        "upload": _("Upload"),
        "uploadComplete": _("Upload complete"),
        "uploadFailed": _("Some photos failed"),
        "uploadPaused": _("Upload paused"),
        "uploading": _("Uploading"),
        "xTimeLeft": _("%{time} left"),
        "generatingThumbnails": _("Making previews…"),
        "aspectRatioLandscape": _("Crop to 16:9"),
        "aspectRatioPortrait": _("Crop to 9:16"),
        "aspectRatioSquare": _("Crop to a square"),
        "flipHorizontal": _("Mirror"),
        "revert": _("Undo all"),
        "rotate": _("Rotate by 90°"),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "allowAccessDescription": _("Allow this site to use your camera to take pictures."),
        "allowAccessTitle": _("Allow access to your camera"),
        "discardMediaFile": _("Discard the picture"),
        "discardRecordedFile": _("Discard the picture"),
        "micDisabled": _("The microphone is off."),
        "noCameraDescription": _("Connect a camera to take pictures."),
        "noCameraTitle": _("There is no camera"),
        "pluginNameCamera": _("Camera"),
        "pluginNameScreenCapture": _("Screenshot"),
        "recording": _("Recording"),
        "recordingLength": _("Length %{recording_length}"),
        "recordingStoppedMaxSize": _("The recording stopped at the limit for one file."),
        "smile": _("Smile!"),
        "startCapturing": _("Record the screen"),
        "startRecording": _("Record a video"),
        "stopCapturing": _("Stop recording"),
        "stopRecording": _("Stop recording"),
        "streamActive": _("The screen is shown"),
        "streamPassive": _("The screen isn't shown"),
        "submitRecordedFile": _("Use the picture"),
        "takePicture": _("Take a picture"),
        "takeScreenshot": _("Take a screenshot"),
    }
)

UPPY_COUNTED: Final[Mapping[str, Callable[[int], str]]] = MappingProxyType(
    {
        "addBulkFilesFailed": lambda number: ngettext(
            "%{smart_count} photo could not be added.",
            "%{smart_count} photos could not be added.",
            number,
        ),
        "filesUploadedOfTotal": lambda number: ngettext(
            "%{complete} of %{smart_count} photo uploaded",
            "%{complete} of %{smart_count} photos uploaded",
            number,
        ),
        "missingRequiredMetaFields": lambda number: ngettext(
            "%{fields} is missing.",
            "%{fields} are missing.",
            number,
        ),
        "processingXFiles": lambda number: ngettext(
            "Preparing %{smart_count} photo",
            "Preparing %{smart_count} photos",
            number,
        ),
        "recoveredXFiles": lambda number: ngettext(
            "1 photo from last time is too large to be kept here. Choose it again and go on.",
            "%{smart_count} photos from last time are too large to be kept here. Choose them again and go on.",
            number,
        ),
        "uploadXFiles": lambda number: ngettext(
            "Upload %{smart_count} photo",
            "Upload %{smart_count} photos",
            number,
        ),
        "uploadXNewFiles": lambda number: ngettext(
            "Upload %{smart_count} more photo",
            "Upload %{smart_count} more photos",
            number,
        ),
        "uploadingXFiles": lambda number: ngettext(
            "Uploading %{smart_count} photo",
            "Uploading %{smart_count} photos",
            number,
        ),
        "xFilesSelected": lambda number: ngettext(
            "%{smart_count} photo chosen",
            "%{smart_count} photos chosen",
            number,
        ),
        "xMoreFilesAdded": lambda number: ngettext(
            "%{smart_count} more photo added",
            "%{smart_count} more photos added",
            number,
        ),
        "youCanOnlyUploadX": lambda number: ngettext(
            "Only %{smart_count} photo is accepted.",
            "Only %{smart_count} photos are accepted.",
            number,
        ),
        "youHaveToAtLeastSelectX": lambda number: ngettext(
            "Choose at least %{smart_count} photo.",
            "Choose at least %{smart_count} photos.",
            number,
        ),
    }
)

TRAY_COUNTED: Final[Mapping[str, Callable[[int], str]]] = MappingProxyType(
    {
        "added": lambda number: ngettext("{count} photo added", "{count} photos added", number),
        "failed": lambda number: ngettext("{count} photo failed", "{count} photos failed", number),
        "waiting": lambda number: ngettext("{count} photo waits for you", "{count} photos wait for you", number),
        "seen": lambda number: ngettext("{count} already in your library", "{count} already in your library", number),
    }
)


def tray() -> dict[str, dict[str, str]]:
    """What the tray counts, in forms by plural category."""
    return {key: plurals.forms(text) for key, text in TRAY_COUNTED.items()}


def uppy() -> dict[str, str | dict[str, str]]:
    """The strings in the shape of an Uppy locale, translated; forms by plural category, as `plurals.forms` has them."""
    counted = {key: plurals.forms(text) for key, text in UPPY_COUNTED.items()}
    return {key: str(text) for key, text in UPPY.items()} | counted
