# shellcheck shell=bash
# The docker CLI plugins buildx and compose.

# Nothing when the plugin is missing.
plugin_version() { docker "$1" version 2>/dev/null | grep -oE 'v?[0-9]+\.[0-9]+\.[0-9]+' | head -n 1 || true; }

missing_plugins() {
  local name
  for name in buildx compose; do
    [[ -n $(plugin_version "$name") ]] || printf '%s\n' "$name"
  done
}

plugin_folder() {
  if [[ $EUID -eq 0 ]]; then printf /usr/local/lib/docker/cli-plugins; else printf '%s/.docker/cli-plugins' "$HOME"; fi
}

# The package of the machine's own suite that holds a plugin. "docker-compose" 1.x is an older, separate program.
plugin_package() {
  local name
  for name in "docker-$1-plugin" "docker-$1-v2" "docker-$1"; do
    case $(apt_candidate "$name") in
      '' | 1.*) [[ $name == docker-buildx && -n $(apt_candidate "$name") ]] || continue ;;
    esac
    printf '%s' "$name"
    return
  done
}

plugins_from_newer_suite() {
  local name deb folder root=$RIG_STATE/apt/unpacked
  folder=$(plugin_folder)
  newer_download "${@/#/docker-}"
  mkdir -p "$folder"
  for name in "$@"; do
    rm -rf "$root"
    for deb in "$RIG_STATE/apt/debs/docker-${name}"_*.deb; do dpkg-deb -x "$deb" "$root"; done
    install -m 755 "$root/usr/libexec/docker/cli-plugins/docker-$name" "$folder/docker-$name"
  done
  rm -rf "$root"
}

plugins_install() {
  local name package own=() newer=()
  for name in "$@"; do
    package=$(plugin_package "$name")
    if [[ -n $package ]]; then own+=("$package"); else newer+=("$name"); fi
  done
  if [[ ${#own[@]} -gt 0 ]]; then apt_install "${own[@]}"; fi
  if [[ ${#newer[@]} -gt 0 ]]; then plugins_from_newer_suite "${newer[@]}"; fi
}
