"""What each address asks of who comes: the rows that the walk of everybody compares every answer with. An address without a row fails it."""
from enum import Enum

from accounts.policy import Verb

V = Verb


class Want(Enum):
    """What is asked, where it is no verb on the thing itself."""

    OPEN = "nothing"
    SHUT = "is for nobody"              # 405: it is only read, or only written
    MEMBER = "to be a member"
    MAKES = "to make things"            # in the role that one acts in
    MAKER = "to have made it oneself"
    OWNER = "to have made it oneself, or to administer the experiment"
    PRODUCTION = "to plan for production"
    SHIFTS = "to change what is production's"
    SHARED = "to have made it, or to change what is production's"
    ADMIN = "to administer the experiment"
    ROOT = "to administer the site"
    JOB = "to be a job of it"


W = Want
WANTS: dict[tuple[object, object], str] = {     # what it takes to read, and what to write: which addresses
    (W.OPEN, W.OPEN): "home healthz readyz old accounts:sign_in oidc_authentication_init oidc_authentication_callback admin_login admin_password",
    (W.SHUT, W.OPEN): "accounts:sign_out admin_logout oidc_back_channel",
    (W.SHUT, W.MEMBER): "accounts:role campaigns:watch campaigns:unwatch campaigns:edits",
    (W.MEMBER, W.MEMBER): "campaigns:views campaigns:stale campaigns:ini_many submissions:bulk",
    (V.VIEW, W.SHUT): "campaigns:events campaigns:frame",
    (V.VIEW, V.VIEW): """campaigns:list campaigns:list_csv campaigns:list_json campaigns:campaign campaigns:campaign_charts campaigns:named
        campaigns:ini campaigns:stages campaigns:stages_csv campaigns:stages_json campaigns:stage campaigns:charts campaigns:command
        campaigns:slices campaigns:plan campaigns:versions campaigns:schedules campaigns:schedule campaigns:templates campaigns:test
        datasets:content datasets:why cluster tokens:list members:list
        audit:list audit:list_csv audit:list_json audit:of audit:of_csv audit:of_json
        submissions:list submissions:csv submissions:json submissions:submission submissions:files submissions:settings submissions:launch_log
        submissions:jobs submissions:jobs_csv submissions:jobs_json submissions:job submissions:log submissions:search submissions:bulk_items""",
    (V.DO, V.DO): """campaigns:launch campaigns:launch_of campaigns:slice_act submissions:recover submissions:once_more
        submissions_api:launch""",
    (V.HOLD, V.HOLD): "campaigns:act campaigns:stage_act submissions:act",
    (V.VIEW, V.EDIT): "campaigns:edit",
    (V.EDIT, V.EDIT): "campaigns:delete campaigns:rename campaigns:slices_reset campaigns:slices_move",
    (V.TAG, V.TAG): "campaigns:tags",
    (V.SCHEDULE, V.SCHEDULE): "campaigns:schedule_new campaigns:schedule_change campaigns:schedule_act campaigns:schedule_run",
    (W.SHUT, V.EDIT): "campaigns:plan_act campaigns:restore",
    (W.MAKES, W.MAKES): "campaigns:new campaigns:clone campaigns:upload campaigns:edit_new campaigns:template_keep",
    (V.VIEW, W.MAKES): "campaigns:template",
    (W.MAKER, W.MAKER): "campaigns:template_change campaigns:template_retire",
    (V.VIEW, W.MAKER): "submissions:bulk_act",
    (W.SHUT, W.SHIFTS): "members:shift",
    (W.SHUT, W.SHARED): "campaigns:view_drop",
    (W.OWNER, W.OWNER): "tokens:revoke",
    (V.VIEW, W.PRODUCTION): "campaigns:downtimes",
    (W.PRODUCTION, W.PRODUCTION): "campaigns:downtime_lift",
    (W.ADMIN, W.ADMIN): "campaigns:experiment_act members:hand_over",
    (W.SHUT, W.ADMIN): "members:ferry",
    (W.ROOT, W.ROOT): "campaigns:site_act newcomer",
    (W.SHUT, W.JOB): "submissions_api:declare submissions_api:inputs submissions_api:next submissions_api:report",
}
OF = {name: wants for wants, names in WANTS.items() for name in names.split()}
EMPTY = {"campaigns:test", "submissions:launch_log", "members:ferry", "members:hand_over"}      # there is nothing to be had for those who may, either
