# shellcheck shell=bash disable=SC2154
# The whole farm.

test_the_sample_farm_goes_from_tags_to_a_verified_repository_and_cleans_up_after_itself() {
    run bash "$samples/farm/run.sh" --dir "$PWD/farm"
    [ "$status" -eq 0 ] || fail "$out $err $(tail -n 30 farm/logs/*.log)"
    assert_contains "13 packages from 7 tags, then 3 more from 1 new tag; all of them verified" "$out"
    assert_contains "$PWD/farm" "$out"
    assert_equal "" "$(running "$PWD/farm")" "a process of the farm is still running"
    # Again, over what the first run left, in the other edition; this time the server stays.
    run bash "$samples/farm/run.sh" --dir "$PWD/farm" --keep-serving --edition pspu-5
    trap 'kill "$(cat farm/server.pid)"' EXIT
    [ "$status" -eq 0 ] || fail "$out $err"
    local url
    url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+/repo\.json' <<< "$out")
    curl -fsS "$url" | cmp - farm/www/repo.json
}

test_the_timestamp_is_the_commit_time_and_the_source_is_the_tag() {
    small_farm
    once
    zstd -q -d -c farm/state/repo/p/hello/0.1-1/hello_0.1-1_noarch.peipkg | tar -x .peipkg/manifest.json
    assert_equal "{\"timestamp\":\"2026-05-01T12:00:00Z\",\"farm_id\":\"test-farm\",\"source_ref\":\"git+file://$PWD/farm/upstream/hello#refs/tags/v0.1\"}" \
        "$(jq -c .build .peipkg/manifest.json)"
}

test_a_second_run_without_a_new_tag_builds_and_publishes_nothing() {
    small_farm
    once
    assert_contains 'msg="starting build"' "$err"
    cp -a farm/state/repo before
    once
    case $err in *'msg="starting build"'*) fail "it built again: $err" ;; esac
    diff -r before farm/state/repo
}

test_a_failing_recipe_does_not_keep_another_from_being_published() {
    small_farm
    cp -R farm/recipes/hello farm/recipes/broken
    sed -i 's/name = "hello"/name = "broken"/' farm/recipes/broken/peipkg.toml
    echo 'exit 3' >> farm/recipes/broken/build.sh
    once
    assert_contains 'msg="build failed"' "$err"
    [ -e farm/state/repo/p/hello/0.1-1/hello_0.1-1_noarch.peipkg ] || fail "hello was not published"
    [ ! -e farm/state/repo/p/broken ] || fail "broken was published"
}

# start_daemon: starts the manager in the background; $daemon is its id and $address where it answers.
start_daemon() {
    address=127.0.0.1:$((20000 + RANDOM % 20000))
    printf '[http]\naddr = "%s"\n' "$address" >> farm/config.toml
    peipkg-manager --config farm/config.toml > daemon.log 2>&1 &
    daemon=$!
    trap 'kill -9 "$daemon" 2> /dev/null || true' EXIT
    for _ in $(seq 150); do
        curl -fs "http://$address/healthz" > /dev/null && return
        kill -0 "$daemon" 2> /dev/null || fail "the daemon ended: $(cat daemon.log)"
        sleep 0.1
    done
    fail "the daemon does not answer: $(cat daemon.log)"
}

test_the_daemon_answers_healthz_and_status_and_ends_well_on_SIGTERM() {
    small_farm
    start_daemon
    assert_equal ok "$(curl -fsS "http://$address/healthz")"
    for _ in $(seq 200); do
        [ "$(curl -fsS "http://$address/status" | jq .builds_succeeded)" = 1 ] && break
        sleep 0.1
    done
    assert_equal '["test-farm",["hello"],1,1,null]' \
        "$(curl -fsS "http://$address/status" | jq -c '[.farm_id, .recipes, .builds_attempted, .builds_succeeded, .in_flight]')"
    kill -TERM "$daemon"
    wait "$daemon" || fail "exit code $? after SIGTERM: $(cat daemon.log)"
    peipkg-repo verify --repo farm/state/repo
}

test_a_second_manager_on_the_same_state_is_refused_and_names_the_first() {
    small_farm
    start_daemon
    expect_exit 1 peipkg-manager --config farm/config.toml --once
    assert_contains "$daemon" "$err"
}

test_a_config_with_an_unknown_key_exits_with_2_and_names_its_place() {
    small_farm
    sed -i 's/^name = "test-repo"/nmae = "test-repo"/' farm/config.toml
    expect_exit 2 peipkg-manager --config farm/config.toml --once
    assert_contains 'config.toml:6:1' "$err"
    assert_contains name "$err"
}
