"""Pages of campaigns and stages."""
from django.urls import path

from campaigns.views import acts, campaign, downtimes, launch, lists, news, schedules, slices, stage, stale

app_name = "campaigns"
urlpatterns = [
    path("events", news.events, name="events"),
    path("campaigns/", lists.campaigns, name="list"),
    path("campaigns/stale/", stale.campaigns, name="stale"),
    path("launches/<slug:deed>/", acts.on_experiment, name="experiment_act"),
    path("campaigns/<int:pk>/", campaign.campaign, name="campaign"),
    path("campaigns/<int:pk>/<slug:deed>/", acts.on_campaign, name="act"),
    path("stages/<int:pk>/", stage.stage, name="stage"),
    path("stages/<int:pk>/chart.json", stage.chart, name="chart"),
    path("stages/<int:pk>/launch/", launch.launch, name="launch"),
    path("stages/<int:pk>/command/", launch.command, name="command"),
    path("stages/<int:pk>/launches/<slug:deed>/", acts.on_stage, name="stage_act"),
    path("stages/<int:pk>/slices/", slices.listed, name="slices"),
    path("stages/<int:pk>/slices/reset/", slices.reset, name="slices_reset"),
    path("stages/<int:pk>/slices/move/", slices.move, name="slices_move"),
    path("stages/<int:pk>/slices/<int:number>/<slug:deed>/", slices.on_slice, name="slice_act"),
    path("stages/<int:pk>/schedules/new/", schedules.new, name="schedule_new"),
    path("schedules/", schedules.listed, name="schedules"),
    path("schedules/<int:pk>/", schedules.schedule, name="schedule"),
    path("schedules/<int:pk>/change/", schedules.change, name="schedule_change"),
    path("schedules/<int:pk>/<slug:deed>/", schedules.act, name="schedule_act"),
    path("downtimes/", downtimes.listed, name="downtimes"),
    path("downtimes/<int:pk>/lift/", downtimes.lift, name="downtime_lift"),
]
