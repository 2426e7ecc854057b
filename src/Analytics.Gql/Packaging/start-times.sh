#!/usr/bin/env bash
# How long a start takes until /health/ready answers 200, compiled ahead and not, taken in turns: 'start-times.sh [ROUNDS]'.
# Wants ConnectionStrings__Analytics of a migrated database. Prints seconds of the clock and of the processor, and the ratio.
set -euo pipefail
cd "$(dirname "$0")/../../.."
: "${ConnectionStrings__Analytics:?set it to a migrated database}"
rounds=${1:-5}
export ASPNETCORE_URLS=http://127.0.0.1:${PORT:-5999} ASPNETCORE_ENVIRONMENT=Development Analytics__Auth__Mode=Open DOTNET_NOLOGO=1
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
dotnet publish src/Analytics.Gql -v q -p:PublishProfile=linux-x64 -p:PublishReadyToRun=false -p:PublishDir="$work/compiled-at-start/" >/dev/null
dotnet publish src/Analytics.Gql -v q -p:PublishProfile=linux-x64 -p:PublishDir="$work/compiled-ahead/" >/dev/null

# one NAME: starts it, waits until it is ready, stops it.
one() {
    local begin end cpu
    begin=$(date +%s.%N)
    "$work/$1/analytics-gql" >"$work/log" 2>&1 &
    server=$!
    until curl -sf -o /dev/null "$ASPNETCORE_URLS/health/ready"; do
        kill -0 $server 2>/dev/null || { cat "$work/log"; exit 1; }
        sleep 0.02
    done
    end=$(date +%s.%N)
    cpu=$(awk -v ticks="$(getconf CLK_TCK)" '{ print ($14 + $15) / ticks }' "/proc/$server/stat")
    kill $server
    wait $server || true
    server=
    awk -v name="$1" -v begin="$begin" -v end="$end" -v cpu="$cpu" 'BEGIN { printf "%s %.2f %.2f\n", name, end - begin, cpu }' | tee -a "$work/times"
}

for _ in $(seq "$rounds"); do
    one compiled-at-start
    one compiled-ahead
done
median() { awk -v name="$1" -v column="$2" '$1 == name { print $column }' "$work/times" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
echo "compiled ahead, of compiled at the start (medians of $rounds):"
for column in 2:clock 3:processor; do
    awk -v what="${column#*:}" -v ahead="$(median compiled-ahead "${column%:*}")" -v start="$(median compiled-at-start "${column%:*}")" \
        'BEGIN { printf "%-10s %.2f s of %.2f s: %.2f\n", what, ahead, start, ahead / start }'
done
