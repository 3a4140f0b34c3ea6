"""Signs of 16 by 16 drawn by lines; each status has an outline of its own, so that none rests on its colour."""

_ROUND = '<circle cx="8" cy="8" r="6"/>'

ICONS: dict[str, str] = {
    # statuses
    "new": '<circle cx="8" cy="8" r="6" stroke-dasharray="2 2.6"/>',
    "appr": '<path d="M8 1.8 14.2 8 8 14.2 1.8 8z"/><path d="M6.6 6.6a1.5 1.5 0 1 1 1.9 1.6c-.4.2-.5.4-.5.8M8 11v.1"/>',
    "idle": _ROUND + '<path d="M8 4.8V8l2.2 1.4"/>',
    "run": _ROUND + '<path class="solid" d="M6.6 5.5 10.6 8l-4 2.5z"/>',
    "held": '<rect x="2" y="2" width="12" height="12" rx="3"/><path d="M6.3 5.5v5M9.7 5.5v5"/>',
    "lfail": '<path d="M8 2 14.5 13.5h-13z"/><path d="M8 6.3v3.4M8 11.6v.1"/>',
    "fail": '<path d="M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4z"/><path d="m6 6 4 4M10 6l-4 4"/>',
    "done": _ROUND + '<path d="m5.4 8.2 1.8 1.8 3.4-3.8"/>',
    "loc": '<circle class="disc" cx="8" cy="8" r="6.6"/><path class="cut" d="m5.2 8.2 2 2 3.6-4"/>',
    "rem": _ROUND + '<path d="M5.2 8h5.6"/>',
    "canc": _ROUND + '<path d="m3.9 12.1 8.2-8.2"/>',
    # places
    "camp": '<circle cx="3.5" cy="8" r="1.8"/><circle cx="12.5" cy="4" r="1.8"/><circle cx="12.5" cy="12" r="1.8"/>'
            '<path d="M5.2 7.3 10.8 4.6M5.2 8.7l5.6 2.7"/>',
    "sub": '<path d="M2.5 4h11M2.5 8h11M2.5 12h7"/>',
    "key": '<circle cx="5" cy="11" r="3"/><path d="m7.2 8.8 6-6M11 5l2 2"/>',
    # deeds
    "launch": '<path d="M4.5 2.8 13 8l-8.5 5.2z"/>',
    "x": '<path d="m4 4 8 8M12 4l-8 8"/>',
    "check": '<path d="m3 8.5 3.2 3.2L13 4.8"/>',
    "file": '<path d="M4 1.8h5l3.5 3.5v9H4zM9 1.8v3.5h3.5"/>',
    "menu": '<path d="M2.5 4h11M2.5 8h11M2.5 12h11"/>',
    "chev": '<path d="m5 6.5 3 3 3-3"/>',
    "sun": '<circle cx="8" cy="8" r="3"/><path d="M8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1"/>',
    "info": _ROUND + '<path d="M8 7.3v3.5M8 5.1v.1"/>',
}
