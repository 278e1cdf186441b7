#!/bin/sh
# SPDX-License-Identifier: MIT
# Bitrix24 over HTTP: every kind of failure at every request of a run. After
# replay nothing is lost and nothing there twice: the portal is the one of an
# undisturbed run.
. "${0%/*}/../lib.sh"
. "$TOP/tests/net/sim.sh"
. "$TOP/tests/net/faults.sh"

faults_seed bitrix24
set -- refuse=INTERNAL_SERVER_ERROR
# What is waited for in earnest.
[ "${RINGO_CRASH:-}" = long ] &&
	set -- "$@" refuse=OPERATION_TIME_LIMIT throttle=
faults_all bitrix24 "$@"
done_testing
