#!/usr/bin/env bash
# Tries what stands in this folder: the unit by systemd-analyze, the image by docker or podman. Changes nothing outside;
# what it can't try on this machine it says. BUILD and RUN hold further options, e.g. RUN="--network host".
set -euo pipefail
cd "$(dirname "$0")/.."

if command -v systemd-analyze >/dev/null; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  sed 's#^ExecStart=.*#ExecStart=/bin/true#' deploy/asiaradar.service > "$folder/asiaradar.service"
  systemd-analyze verify "$folder/asiaradar.service"
  systemd-analyze security --offline=true --threshold=20 --no-pager "$folder/asiaradar.service" | tail -n 1
else
  echo "not tried: the unit (systemd-analyze is missing)"
fi

engine=$(command -v docker || command -v podman || true)
if [ -n "$engine" ] && ! "$engine" info >/dev/null 2>&1; then engine=$(command -v podman || true); fi
if [ -z "$engine" ]; then
  echo "not tried: the image (neither docker nor podman runs here)"
  exit 0
fi
"$engine" build ${BUILD:-} -f deploy/Dockerfile -t asiaradar:check .
name="asiaradar-check-$$"
inside() { "$engine" exec "$name" "$@"; }
end() { "$engine" rm -f "$name" >/dev/null; rm -rf "${folder:-}"; }
trap end EXIT
"$engine" run -d --name "$name" --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges ${RUN:-} asiaradar:check >/dev/null
alive='import urllib.request; urllib.request.urlopen("http://127.0.0.1:8420/readyz", timeout=4)'
for try in $(seq 60); do
  inside python -c "$alive" 2>/dev/null && break
  [ "$try" -lt 60 ] || { "$engine" logs "$name"; echo "the bot in the image was not ready in 30 seconds"; exit 1; }
  sleep 0.5
done
[ "$(inside id -u)" = 10001 ] || { echo "the image does not run as the user 10001"; exit 1; }
! inside touch /app/x 2>/dev/null || { echo "the root of the container can be written to"; exit 1; }
inside asiaradar db verify
"$engine" stop -t 60 "$name" >/dev/null
"$engine" logs "$name" 2>&1 | grep -q '"stopped"' || { echo "the bot was killed instead of stopping cleanly"; exit 1; }
echo "the image builds, runs as nobody else on a read-only root, is ready, and stops cleanly"
