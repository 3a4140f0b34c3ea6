"""Pages of campaigns and stages."""
from django.urls import path

from campaigns.views import acts, campaign, launch, lists, stage

app_name = "campaigns"
urlpatterns = [
    path("campaigns/", lists.campaigns, name="list"),
    path("campaigns/<int:pk>/", campaign.campaign, name="campaign"),
    path("campaigns/<int:pk>/<slug:deed>/", acts.on_campaign, name="act"),
    path("stages/<int:pk>/", stage.stage, name="stage"),
    path("stages/<int:pk>/chart.json", stage.chart, name="chart"),
    path("stages/<int:pk>/launch/", launch.launch, name="launch"),
    path("stages/<int:pk>/launches/<slug:deed>/", acts.on_stage, name="stage_act"),
]
