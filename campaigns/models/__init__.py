"""Campaigns, their stages and edges, what they run with, and the slices into which a stage's dataset is cut."""
from campaigns.models.campaign import Campaign, CampaignTag, CampaignVersion, Dependency, Stage, Tag
from campaigns.models.personal import OldName, SavedView, Watch
from campaigns.models.plans import Plan
from campaigns.models.shared import JobType, JobTypeRecovery, LoginHost, LoginSetup
from campaigns.models.slices import Slice, SliceFile
from campaigns.models.steering import Downtime, Hold, Schedule, Stop
from campaigns.models.templates import Template

__all__ = ["Campaign", "CampaignTag", "CampaignVersion", "Dependency", "Downtime", "Hold", "JobType", "JobTypeRecovery", "LoginHost", "LoginSetup",
           "OldName", "Plan", "SavedView", "Schedule", "Slice", "SliceFile", "Stage", "Stop", "Tag", "Template", "Watch"]
