"""Every address of the product."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from images.views import explore
from photocloud import errors, pwa, styleguide, theme, views
from photocloud.api import simple

handler400 = errors.bad_request
handler404 = errors.not_found
handler429 = errors.too_many  # asked for by allauth
handler500 = errors.server_error

admin.site.site_header = admin.site.site_title = settings.SITE_NAME
# One door to sign in by, with one set of limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", explore.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("theme", theme.choose, name="theme"),
    path("styleguide/", styleguide.show, name="styleguide"),
    path("robots.txt", views.robots, name="robots"),
    path("upload", simple.upload, name="upload"),
    # As with the theme: visitors need no CSRF cookie, and a forged request would change words only.
    path("language", csrf_exempt(login_not_required(set_language)), name="set_language"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("sw.js", pwa.worker, name="worker"),
    path("offline/", pwa.offline, name="offline"),
    path("share-target/", pwa.share_target, name="share_target"),
    path("images-list", simple.images_list, name="images_list"),
    path("delete/<str:number>", simple.delete, name="api_delete"),
    path("", include("images.urls")),
    path("", include("galleries.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
