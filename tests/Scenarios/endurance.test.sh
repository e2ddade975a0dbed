# shellcheck shell=bash disable=SC2154
# What the test projects do a little of each time, done at length. Their tests are marked [Trait("Scenario", NAME)].

# suite PROJECT NAME
suite() {
    dotnet test "$root/tests/$1" -c Release --nologo --filter "Scenario=$2" --logger 'console;verbosity=detailed' \
        -- RunConfiguration.TreatNoTestsAsError=true
}

long_kills_of_the_manager_at_random_moments_under_load_leave_every_package_published_once() {
    export PEIPKG_TEST_KILLS=${PEIPKG_TEST_KILLS:-200}
    suite Peipkg.Manager.Tests kills
}

long_readers_over_HTTP_find_a_repository_whole_while_it_changes_under_the_server() {
    export PEIPKG_TEST_READERS=${PEIPKG_TEST_READERS:-100} PEIPKG_TEST_PUBLICATIONS=${PEIPKG_TEST_PUBLICATIONS:-200}
    suite Peipkg.Repo.Tests readers
}

long_syncs_to_every_backend_are_read_without_pause_and_killed_anywhere() {
    export PEIPKG_TEST_SYNCS=${PEIPKG_TEST_SYNCS:-50}
    suite Peipkg.Manager.Tests syncs
}

long_hostile_upstreams_and_their_servers_try_everything_against_the_manager() {
    export PEIPKG_TEST_HOSTILE=all
    suite Peipkg.Manager.Tests hostile
}
