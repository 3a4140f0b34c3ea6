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
    "board": '<path d="M2 3h12v10H2zM2 7h12M6.5 7v6"/>',
    "jobs": '<path d="M2.5 3.2h2v2h-2zM2.5 7h2v2h-2zM2.5 10.8h2v2h-2zM7.5 4.2h6M7.5 8h6M7.5 11.8h6"/>',
    "queue": '<path d="M3 3h10M3 6.5h10M5.5 10h5M7 13h2"/>',
    "eye": '<path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="2"/>',
    "stat": '<path d="M2.5 13.5v-5M6.2 13.5v-9M9.8 13.5V7M13.5 13.5v-11"/>',
    "data": '<ellipse cx="8" cy="3.8" rx="5.5" ry="2"/>'
            '<path d="M2.5 3.8v8.4c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2V3.8M2.5 8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2"/>',
    "tmpl": '<path d="M2.5 2.5h4.7v4.7H2.5zM8.9 2.5h4.6v4.7H8.9zM2.5 8.9h4.7v4.6H2.5zM8.9 8.9h4.6v4.6H8.9z"/>',
    "job": '<path d="m5 5-3 3 3 3M11 5l3 3-3 3M9.2 3.5l-2.4 9"/>',
    "login": '<path d="M2.5 3h11v10h-11zM5 6.5l2 1.6-2 1.6M8.5 10H11"/>',
    "users": '<circle cx="6" cy="5.5" r="2.5"/>'
             '<path d="M1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12 9.9c1.6.5 2.5 1.8 2.5 3.6"/>',
    "book": '<path d="M3 2.5h8.5a1 1 0 0 1 1 1v10H4a1 1 0 0 1-1-1zM3 11.5h9.5"/>',
    "cal": '<path d="M2.5 3.5h11v10h-11zM2.5 6.8h11M5.5 2v3M10.5 2v3"/>',
    # deeds
    "search": '<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>',
    "right": '<path d="m6.5 5 3 3-3 3"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "up": '<path d="M8 11V3M4.8 6.2 8 3l3.2 3.2M2.5 13.5h11"/>',
    "down": '<path d="M8 3v8M4.8 7.8 8 11l3.2-3.2M2.5 13.5h11"/>',
    "graph": '<rect x="1.8" y="5.8" width="4.4" height="4.4" rx="1"/><rect x="9.8" y="1.8" width="4.4" height="4.4" rx="1"/>'
             '<rect x="9.8" y="9.8" width="4.4" height="4.4" rx="1"/><path d="M6.2 8h2V4h1.6M8.2 8v4h1.6"/>',
    "edit": '<path d="m10.5 2.5 3 3-8 8H2.5v-3z"/>',
    "clone": '<rect x="5.5" y="5.5" width="8.5" height="8.5" rx="1.5"/><path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2"/>',
    "dots": '<path d="M3.5 8h.1M8 8h.1M12.5 8h.1" stroke-width="2.4"/>',
    "tag": '<path d="M2 2.5h5.5l6.5 6.5-5 5L2 7.5zM5 5.5v.1"/>',
    "trash": '<path d="M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.7 9h6.6l.7-9"/>',
    "star": '<path d="m8 2 1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z"/>',
    "undo": '<path d="M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M3 6.5 6 3.5M3 6.5l3 3"/>',
    "redo": '<path d="M13 6.5H6.5a3.5 3.5 0 0 0 0 7H10M13 6.5l-3-3M13 6.5l-3 3"/>',
    "link": '<path d="M6.5 9.5a2.8 2.8 0 0 0 4 0l2.3-2.3a2.8 2.8 0 0 0-4-4L7.7 4.3M9.5 6.5a2.8 2.8 0 0 0-4 0L3.2 8.8a2.8 2.8 0 0 0 4 4l1.1-1.1"/>',
    "zoom": '<path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"/>',
    "filter": '<path d="M2 3.5h12L9.5 8.7V13l-3-1.5V8.7z"/>',
    "minus": '<path d="M3 8h10"/>',
    "wrap": '<path d="M2.5 4h11M2.5 8h9a2.3 2.3 0 0 1 0 4.6H8M9.8 10.8 8 12.6l1.8 1.8M2.5 12.6H5"/>',
    "out": '<path d="M9.5 2.5h4v4M13.3 2.7 7.5 8.5M11.5 9.5v4h-9v-9h4"/>',
    "back": '<path d="m9.5 5-3 3 3 3"/>',
    "rise": '<path d="m5 9.5 3-3 3 3"/>',
    "launch": '<path d="M4.5 2.8 13 8l-8.5 5.2z"/>',
    "x": '<path d="m4 4 8 8M12 4l-8 8"/>',
    "check": '<path d="m3 8.5 3.2 3.2L13 4.8"/>',
    "file": '<path d="M4 1.8h5l3.5 3.5v9H4zM9 1.8v3.5h3.5"/>',
    "menu": '<path d="M2.5 4h11M2.5 8h11M2.5 12h11"/>',
    "chev": '<path d="m5 6.5 3 3 3-3"/>',
    "sun": '<circle cx="8" cy="8" r="3"/><path d="M8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1"/>',
    "info": _ROUND + '<path d="M8 7.3v3.5M8 5.1v.1"/>',
}
