"""Runs, intents, submissions and their jobs: the rows of the circle."""
from submissions.models.background import Cursor, Instance, Pulse, Worker
from submissions.models.bulk import BulkAct, BulkItem
from submissions.models.census import CensusLine, JobBin, JobFlow, JobSum, SiteSum
from submissions.models.intents import LaunchIntent, Run
from submissions.models.jobs import GridCluster, Job, Order
from submissions.models.logs import LogScan
from submissions.models.submission import COUNTERS, StatusChange, Submission
from submissions.models.summaries import FINISHED, STATUS_COLUMNS, CampaignSummary, StageSummary, TallyLine

__all__ = ["COUNTERS", "FINISHED", "STATUS_COLUMNS", "BulkAct", "BulkItem", "CampaignSummary", "CensusLine", "Cursor", "GridCluster",
           "Instance", "Job", "JobBin", "JobFlow", "JobSum", "LaunchIntent", "LogScan", "Order", "Pulse", "Run", "SiteSum", "StageSummary",
           "StatusChange", "Submission", "TallyLine", "Worker"]
