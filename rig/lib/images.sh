# shellcheck shell=bash
# Stand-ins: which there are, which are up to date, and how one is built.

# rows NAME...: lines "folder/stage tag..." for the names asked for ("redis", "python:3.13-slim"); all for none.
rows() {
  local name row tag tags all
  mapfile -t all < <(grep -v '^#' "$RIG_HOME/stand-ins/tags")
  if [[ $# -eq 0 ]]; then
    printf '%s\n' "${all[@]}"
    return
  fi
  for row in "${all[@]}"; do
    read -ra tags <<<"$row"
    for tag in "${tags[@]:1}"; do
      for name in "$@"; do
        if [[ $tag == "$name" || ${tag%%:*} == "$name" ]]; then
          printf '%s\n' "$row"
          continue 3
        fi
      done
    done
  done
}

check_names() {
  local name
  for name in "$@"; do
    [[ -n $(rows "$name") ]] || die "No stand-in for \"$name\"." "There are: $(rows | cut -d ' ' -f 2- | xargs)"
  done
}

# The state of every image of the engine: "tag stand-in? inputs". Others may remove images meanwhile, of which it says nothing.
image_labels() {
  local ids problems
  ids=$(docker image ls --quiet --no-trunc | sort -u) || return
  # shellcheck disable=SC2016 # the template's own variables
  { problems=$(xargs -r docker image inspect --format \
    '{{range .RepoTags}}{{.}} {{with $.Config.Labels}}{{index . "org.seatrial.stand-in"}} {{index . "org.seatrial.stand-in.inputs"}}{{end}}
{{end}}' <<<"$ids" 2>&1 >&3) || true; } 3>&1
  problems=$(grep -vi 'no such image' <<<"$problems") || true
  if [[ -n $problems ]]; then die "The engine does not tell what its images are." "$problems"; fi
}

# inputs_hash FOLDER/STAGE BASE_HASH
inputs_hash() {
  [[ $1 != debian/base ]] || { printf '%s' "$2"; return; }
  {
    printf '%s %s\n' "$1" "$2"
    find "$RIG_HOME/stand-ins/${1%/*}" -type f | LC_ALL=C sort | xargs sha256sum | sed 's# .*/# #'
  } | sha256sum | cut -c 1-16
}

# wanted_tags ROW HASH STATES: the tags of the row that are absent, or stand-ins of other inputs.
wanted_tags() {
  local hash=$2 states=$3 tag state tags
  read -ra tags <<<"$1"
  for tag in "${tags[@]:1}"; do
    state=$(awk -v tag="$tag" '$1 == tag { print "is", $2, $3 }' <<<"$states")
    case $state in
      '' | 'is true '*) [[ $state == "is true $hash" ]] || printf '%s ' "$tag" ;;
    esac
  done
}

# Docker Hub as the docker client sees it; no answer within seconds counts as out of reach.
hub_answers() { timeout 5 docker manifest inspect hello-world >/dev/null 2>&1; }

proxy_arguments() {
  local name
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    if [[ -n ${!name:-} ]]; then printf -- '--build-arg\n%s\n' "$name"; fi
  done
}

image_id() { docker image inspect --format '{{.Id}}' "$1" 2>/dev/null || true; }

# retire ID...: removes replaced stand-ins, unless another tag, an image or a container still needs them.
retire() {
  local id
  for id in "$@"; do
    if [[ $(docker image inspect --format '{{len .RepoTags}}' "$id" 2>/dev/null) == 0 ]]; then
      docker image rm "$id" >/dev/null 2>&1 || true
    fi
  done
}

# image_build FOLDER/STAGE HASH TAG...
image_build() {
  local row=$1 hash=$2 tag old=() arguments
  shift 2
  for tag in "$@"; do old+=("$(image_id "$tag")"); done
  if [[ $row == debian/base ]]; then
    for tag in "$@"; do docker tag "$BASE_IMAGE" "$tag"; done
    retire "${old[@]}"
    return
  fi
  mapfile -t arguments < <(proxy_arguments)
  docker build --progress=plain --target "${row#*/}" --label "org.seatrial.stand-in.inputs=$hash" \
    "${arguments[@]}" "${@/#/--tag=}" "$RIG_HOME/stand-ins/${row%/*}"
  retire "${old[@]}"
}
