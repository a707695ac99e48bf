from django.urls import path, re_path

from galleries.views import archives, embeds, galleries, guests, items, lifetime, share_links, shared, upload

app_name = "galleries"

KEY = r"(?P<key>[1-9A-HJ-NP-Za-km-z]{16})"
TOKEN = r"(?P<token>[1-9A-HJ-NP-Za-km-z]{22})"  # noqa: S105
UPLOAD_KEY = r"(?P<key>[1-9A-HJ-NP-Za-km-z]{22})"

urlpatterns = [
    path("galleries/", galleries.gallery_list, name="list"),
    path("galleries/new", galleries.create, name="create"),
    path("galleries/add", items.add, name="add"),
    path("library/share", share_links.share_selection, name="share_selection"),
    path("links/", share_links.share_links, name="share_links"),
    path("links/revoke", share_links.revoke_all, name="revoke_all"),
    path("links/<int:number>", share_links.share_link, name="share_link"),
    path("links/<int:number>/extend", share_links.extend, name="extend_link"),
    path("links/<int:number>/revoke", share_links.revoke, name="revoke_link"),
    re_path(rf"^g/{KEY}$", galleries.gallery, name="gallery"),
    re_path(rf"^g/{KEY}/edit$", galleries.edit, name="edit"),
    re_path(rf"^g/{KEY}/lifetime$", lifetime.change, name="lifetime"),
    re_path(rf"^g/{KEY}/extend$", lifetime.extend, name="extend"),
    re_path(rf"^g/{KEY}/delete$", galleries.delete, name="delete"),
    path("library/zip", archives.selection, name="zip_selection"),
    path("oembed", embeds.oembed, name="oembed"),
    re_path(rf"^g/{KEY}/feed$", embeds.feed, name="feed"),
    re_path(rf"^g/{KEY}/zip$", archives.gallery, name="zip"),
    re_path(rf"^g/{KEY}/move$", items.move, name="move"),
    re_path(rf"^g/{KEY}/place$", items.place, name="place"),
    re_path(rf"^g/{KEY}/remove$", items.remove, name="remove"),
    re_path(rf"^g/{KEY}/uploads$", upload.resumable, name="tus_gallery"),
    re_path(rf"^g/{KEY}/cover$", items.cover, name="cover"),
    re_path(rf"^g/{KEY}/approve$", items.approve, name="approve"),
    re_path(rf"^g/{KEY}/refuse$", items.refuse, name="refuse"),
    re_path(rf"^g/{KEY}/share$", share_links.share_gallery, name="share_gallery"),
    re_path(rf"^s/{TOKEN}$", shared.page, name="shared"),
    re_path(rf"^s/{TOKEN}/g/{KEY}$", shared.page, name="shared_gallery"),
    re_path(rf"^s/{TOKEN}/p/{KEY}$", shared.photo, name="shared_photo"),
    re_path(rf"^s/{TOKEN}/p/{KEY}/download$", shared.download, name="shared_download"),
    re_path(rf"^s/{TOKEN}/unlock$", shared.unlock, name="unlock"),
    re_path(rf"^s/{TOKEN}/zip$", archives.shared, name="shared_zip"),
    re_path(rf"^s/{TOKEN}/add$", guests.add, name="guest_add"),
    re_path(rf"^s/{TOKEN}/uploads$", guests.resumable, name="tus_guest"),
    re_path(rf"^s/{TOKEN}/uploads/{UPLOAD_KEY}$", guests.resource, name="tus_guest_upload"),
    re_path(rf"^s/{TOKEN}/undo/{UPLOAD_KEY}$", guests.undo, name="guest_undo"),
]
