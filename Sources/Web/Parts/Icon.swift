import Markup

/// Small drawings beside words: never the only sign of anything. 24 × 24, drawn with a line of the text's colour.
enum Icon: String, Sendable {
    case home = "M3 11l9-7 9 7M5 10v10h5v-6h4v6h5V10"
    case initiative = "M12 3l2.6 5.6 6 .7-4.5 4.1 1.2 6L12 16.4 6.7 19.4l1.2-6L3.400 9.300l6-.7z"
    case outcome = "M12 21a9 9 0 100-18 9 9 0 000 18M8 12l3 3 5-6"
    case board = "M4 4h4.500v16H4zM10 4h4.500v11H10zM16 4h4v7h-4z"
    case roadmap = "M4 6h9M9 12h10M6 18h8"
    case planning = "M4 5h16v15H4zM4 10h16M9 3v4M15 3v4M8 14h3M13 14h3"
    case team =
        "M9 11a3.500 3.500 0 100-7 3.500 3.500 0 000 7M2.500 20c.5-4 3-6 6.500-6s6 2 6.500 6M16 4.500a3.500 3.500 0 010 6.500M18 14.500c2 .8 3.200 2.600 3.500 5.500"
    case plug = "M9 3v5M15 3v5M6 8h12v3a6 6 0 01-12 0zM12 17v4"
    case bulk = "M4 8h13l-3-3M20 16H7l3 3"
    case attention = "M12 4l9 16H3zM12 10v4M12 17v.5"
    case activity = "M3 12h4l3-8 4 16 3-8h4"
    case settings = "M4 7h10M18 7h2M4 17h2M10 17h10M16 7a2 2 0 10-.010 0M8 17a2 2 0 10-.010 0"
    case people = "M12 12a4 4 0 100-8 4 4 0 000 8M4 21c.5-4.500 3.500-7 8-7s7.500 2.500 8 7"
    case search = "M11 18a7 7 0 100-14 7 7 0 000 14M16 16l5 5"
    case plus = "M12 5v14M5 12h14"
    case close = "M6 6l12 12M18 6L6 18"
    case more = "M5 12h.010M12 12h.010M19 12h.010"
    case chevron = "M9 6l6 6-6 6"
    case down = "M6 9l6 6 6-6"
    case filter = "M4 5h16l-6 8v6l-4-2v-4z"
    case columns = "M4 4h16v16H4zM10 4v16M15 4v16"
    case download = "M12 4v11M7 11l5 5 5-5M5 20h14"
    case read = "M20 12H5M11 6l-6 6 6 6"
    case write = "M4 12h15M13 6l6 6-6 6"
    case both = "M4 9h15l-4-4M20 15H5l4 4"
    case link = "M10 14l4-4M9 7l2-2a4.200 4.200 0 016 6l-2 2M15 17l-2 2a4.200 4.200 0 01-6-6l2-2"
    case undo = "M8 5L4 9l4 4M4 9h10a5.500 5.500 0 010 11h-3"
    case warning = "M12 3l9.500 17h-19zM12 9v5M12 17v.5"
    case check = "M5 12.500l4.500 4.500L19 7"
    case menu = "M4 7h16M4 12h16M4 17h16"
    case moon = "M20 14.500A8.500 8.500 0 119.500 4a7 7 0 0010.500 10.500"
    case park = "M8 20V4h5a4.500 4.500 0 010 9H8"
    case dependency = "M5 6h5v4H5zM14 14h5v4h-5zM10 8h3v8h1"
    case print = "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z"
    case external = "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6"
    case copy = "M9 9h11v11H9zM5 15H4V4h11v1"
    case trash = "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5"
    case refresh = "M20 5v5h-5M4 19v-5h5M5 10a7.500 7.500 0 0113-3l2 3M19 14a7.500 7.500 0 01-13 3l-2-3"
    case grip = "M9 6h.010M15 6h.010M9 12h.010M15 12h.010M9 18h.010M15 18h.010"
    case pencil = "M4 20l1-4L16.500 4.500l3 3L8 19zM14 7l3 3"
    case lock = "M6 11h12v9H6zM9 11V8a3 3 0 016 0v3"
    case archive = "M3 5h18v4H3zM5 9v10h14V9M10 13h4"
    case logo = "M5 4v16M5 12l9-8M5 12l10 8M17 8.500a3.500 3.500 0 110 7"
}

/// An icon without a name of its own: the words beside it, or the label of its button, say what it means.
func icon(_ icon: Icon, _ size: Int = 18) -> Node {
    svg(
        .class("icon"), Attribute("width", String(size)), Attribute("height", String(size)), Attribute("viewBox", "0 0 24 24"),
        Attribute("aria-hidden", "true"), Attribute("focusable", "false")
    ) {
        element("path", [Attribute("d", icon.rawValue)])
    }
}
