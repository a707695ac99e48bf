"""A person's picture: decoded in the sandbox like any photo, kept as one small WebP."""

from django.utils import timezone

from accounts.models import User, random_key
from images import formats, refusals, sandbox, storage
from images.delivery import url_end
from images.intake import StagedFile
from images.rendering import Unreadable
from images.variants import Variant

AVATAR = Variant("avatar", 256, "WEBP", "webp", 80)


def store(user: User, file: StagedFile) -> None:
    """Makes `file` the person's picture. Raises UploadRefused when it isn't an acceptable one."""
    if file.refusal is not None:
        raise file.refusal
    if not file.size:
        raise refusals.empty()
    head = file.read(4096)
    kind = formats.sniff(head)
    if kind is None:
        raise refusals.unsupported(formats.describe(head))
    try:
        sandbox.inspect(file.path, kind.name)
        picture = sandbox.render(file.path, kind.name, (AVATAR,)).files[AVATAR.name]
    except Unreadable as error:
        raise refusals.unreadable(error.code, error.message, error.limit) from error
    key = random_key(22)
    storage.write(_name(key), picture)
    _replace(user, key)


def remove(user: User) -> None:
    _replace(user, "")


def url(user: User) -> str:
    """A signed URL of the picture, "" when there is none."""
    if not user.avatar_key:
        return ""
    return storage.media().signed_url(_name(user.avatar_key), expires_at=url_end(timezone.now(), None))


def _replace(user: User, key: str) -> None:
    old, user.avatar_key = user.avatar_key, key
    user.save(update_fields=["avatar_key"])
    if old:
        storage.media().delete_many([_name(old)])


def _name(key: str) -> str:
    return f"avatars/{key[:2]}/{key}.webp"
