"""Which part of the site answers which address."""
from django.contrib import admin
from django.urls import include, path, re_path

from accounts import paths  # noqa: F401 teaches addresses what an experiment's name is
from accounts.views import signing
from pomssite import old, views
from submissions.admin.newcomers import newcomer
from submissions.views.search import cluster

handler400, handler403, handler404, handler500 = "pomssite.views.bad", "pomssite.views.forbidden", "pomssite.views.not_found", "pomssite.views.fault"

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("admin/login/", signing.to_sign_in, name="admin_login"),
    path("admin/logout/", signing.sign_out, name="admin_logout"),
    path("admin/password_change/", signing.own_password, name="admin_password"),
    path("admin/newcomer/", admin.site.admin_view(newcomer), name="newcomer"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("submissions.api.urls")),
    path("me/", include("accounts.urls")),
    path("oidc/", include("accounts.sign_on_urls")),
    path("c/<str:number>", cluster, name="cluster"),
    re_path(old.PATTERN, old.redirect, name="old"),
    path("<exp:exp>/tokens/", include("accounts.token_urls")),
    path("<exp:exp>/members/", include("accounts.member_urls")),
    path("<exp:exp>/", include("accounts.audit_urls")),
    path("<exp:exp>/", include("campaigns.urls")),
    path("<exp:exp>/", include("submissions.urls")),
    path("<exp:exp>/", include("datasets.urls")),
]
