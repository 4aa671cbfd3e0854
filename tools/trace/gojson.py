"""JSON as Go's encoding/json writes it."""


def go_json(data: object) -> str:
    """Keys sorted, no blanks, and what HTML could misread escaped."""
    import json

    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
