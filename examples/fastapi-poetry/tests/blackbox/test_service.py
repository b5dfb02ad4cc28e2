import httpx2


def test_it_is_healthy(api: httpx2.Client) -> None:
    answer = api.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_its_description_holds_every_route(api: httpx2.Client) -> None:
    paths = api.get("/openapi.json").json()["paths"]
    assert {path: sorted(methods) for path, methods in paths.items()} == {
        "/rooms": ["get", "post"],
        "/rooms/{name}/days/{day}": ["get"],
        "/bookings": ["post"],
        "/bookings/{id}": ["delete", "get"],
    }


def test_unknown_paths_are_not_found(api: httpx2.Client) -> None:
    assert api.get("/tests").status_code == 404
