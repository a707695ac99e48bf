from django.urls import path, re_path

from galleries.views import galleries, items, lifetime, upload

app_name = "galleries"

KEY = r"(?P<key>[1-9A-HJ-NP-Za-km-z]{16})"

urlpatterns = [
    path("galleries/", galleries.gallery_list, name="list"),
    path("galleries/new", galleries.create, name="create"),
    path("galleries/add", items.add, name="add"),
    re_path(rf"^g/{KEY}$", galleries.gallery, name="gallery"),
    re_path(rf"^g/{KEY}/edit$", galleries.edit, name="edit"),
    re_path(rf"^g/{KEY}/lifetime$", lifetime.change, name="lifetime"),
    re_path(rf"^g/{KEY}/delete$", galleries.delete, name="delete"),
    re_path(rf"^g/{KEY}/remove$", items.remove, name="remove"),
    re_path(rf"^g/{KEY}/uploads$", upload.resumable, name="tus_gallery"),
    re_path(rf"^g/{KEY}/cover$", items.cover, name="cover"),
]
