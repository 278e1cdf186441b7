/* SPDX-License-Identifier: MIT */
/*
 * A row of Ringostat's call log (calls/list, JSON) as a call record.
 *
 * Vendor facts (ringostat.com, help article "call-log export", and rows seen
 * in working integrations): one row a call, `uniqueid` its id; numbers and
 * strings for one field in one answer; keys missing in single rows; "" for
 * nothing; PROPER and REPEATED are answered calls; a running call looks like a
 * missed one with zero seconds.
 */
#ifndef CALL_CALLLOG_H
#define CALL_CALLLOG_H

#include "call/project.h"
#include "call/rec.h"

/*
 * Append the record for row to out, one line without newline. A row that is a
 * call record already comes out as it is. -1 and e if the row can't be one:
 * neither `calldate` nor `uniqueid` says when it was.
 */
int calllog_record(struct rec *row, const struct project *p, struct buf *out,
    struct err *e);

#endif
