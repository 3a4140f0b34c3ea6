"""Intent -> job. An intent is launched once, whatever crashes."""
from submissions.services.launch.ready import launch, launch_ready
from submissions.services.launch.resuming import resume

__all__ = ["launch", "launch_ready", "resume"]
