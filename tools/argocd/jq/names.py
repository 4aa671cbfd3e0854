"""What gojq 0.12.17, which Argo CD 3.2 has, knows by name."""

_BY_COUNT = (
    "abs acos acosh add all any arrays ascii_downcase ascii_upcase asin asinh atan atanh booleans "
    "builtins cbrt ceil combinations cos cosh empty env erf erfc error exp exp10 exp2 explode "
    "expm1 fabs finites first flatten floor frexp from_entries fromdate fromdateiso8601 fromjson "
    "gamma gmtime halt halt_error implode infinite isfinite isinfinite isnan isnormal iterables j0 "
    "j1 keys last length lgamma localtime log log10 log1p log2 logb ltrim max min mktime modf "
    "modulemeta nan nearbyint normals not now nulls numbers objects paths recurse reverse rint "
    "round rtrim scalars significand sin sinh sort sqrt strings tan tanh tgamma to_entries todate "
    "todateiso8601 tojson tonumber tostream tostring transpose trim trunc type unique "
    "utf8bytelength values y0 y1",
    "IN INDEX add all any bsearch capture combinations contains del delpaths endswith error first "
    "flatten format fromstream getpath group_by halt_error has in index indices inside isempty "
    "join last ltrimstr map map_values match max_by min_by nth path paths pick range recurse "
    "repeat rindex rtrimstr scan select skip sort_by split splits startswith strflocaltime "
    "strftime strptime test truncate_stream unique_by walk with_entries",
    "IN INDEX JOIN all any atan2 capture copysign drem fdim fmax fmin fmod gsub hypot jn ldexp "
    "limit match nextafter nexttoward nth pow range recurse remainder scalb scalbln scan setpath "
    "skip split splits sub test until while yn",
    "JOIN fma gsub range sub",
    "JOIN",
)
FUNCTIONS = frozenset(
    (name, count) for count, names in enumerate(_BY_COUNT) for name in names.split()
) - {("skip", 1)}
"""Functions with the number of their arguments. Its own ones begin with an underscore."""
