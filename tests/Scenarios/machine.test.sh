# shellcheck shell=bash disable=SC2154
# The Debian package on whole machines, with a kernel and a systemd of their own.

boot() {
    bash "$root/tests/Scenarios/Machine/boot.sh" "$@"
}

long_an_operator_installs_uses_upgrades_and_removes_the_Debian_package_on_a_machine() {
    boot package
}

long_a_machine_builds_in_transient_units() {
    boot launcher
}

long_a_machine_whose_power_is_cut_again_and_again_has_everything_once_in_the_end() {
    boot power "${PEIPKG_TEST_CUTS:-20}"
}
