/* SPDX-License-Identifier: MIT */
/*
 * What a network and a vendor do to requests, played on the local transport.
 * Only in the test build (RINGO_FAULTS); elsewhere these calls are nothing.
 *
 * Environment RINGO_FAULT: a comma list of KIND[=ARG]@N. N counts the
 * transport's requests from 1; "*" is every one, "N+" is from the N-th on. The
 * first that fits a request happens to it; lag happens beside the others.
 *
 *   drop-before   not executed, no answer
 *   drop-after    executed, no answer
 *   late=MS       executed MS later by another process, no answer now
 *   lag=MS        searches and finds don't see what is younger than MS by
 *                 clock_now (so never, while RINGO_NOW makes it stand still)
 *   refuse        more than one command: refused whole, nobody named
 *   throttle=MS   not executed, status 429, come again in MS
 *   auth          not executed, status 401
 *   html          executed, the answer is status 200 with a page of HTML
 *   cut=N         executed, only the first N bytes of the answer arrive
 *   down          not sent
 *   error500-before  not executed, status 500
 *   error500-after   executed, status 500
 *   stall=MS      executed, no answer; given up after MS, where the transport
 *                 has time to wait
 */
#ifndef CRM_FAULTS_H
#define CRM_FAULTS_H

#include "crm/crm.h"

struct fault;

struct faults {
	struct fault *v;
	size_t n;
	int64_t request;         /* number of the request under way */
	const struct fault *now; /* what happens to it, NULL: nothing */
};

#ifdef RINGO_FAULTS

/* Drivers that only the test build has: tests/fake/fake.h. */
extern const struct crm_driver crm_fake;
#define FAULTS_DRIVERS &crm_fake,

/* -1 and ERR_CONFIG if RINGO_FAULT is malformed. */
int faults_open(struct faults *f, struct err *e);
void faults_close(struct faults *f);
/* A request begins. True if it has got its answer and isn't executed. */
bool faults_before(struct faults *f, struct crm_request *req);
/* It was executed, or left to faults_fork's child: spoil its answer. */
void faults_after(struct faults *f, struct crm_request *req);
/* This long a search doesn't see new rows, in ms. */
int64_t faults_lag(const struct faults *f);
/* This long nothing is known of this request, in ms. */
int64_t faults_stall(const struct faults *f);
/* Is this request one that another process executes later? */
bool faults_late(const struct faults *f);
/*
 * True in the process that is to execute it, when its time has come: it has no
 * descriptor open and must end by _exit. No database may be open now.
 */
bool faults_fork(const struct faults *f);

#else

#define FAULTS_DRIVERS

static inline int
faults_open(struct faults *f, struct err *e)
{
	(void)f;
	(void)e;
	return 0;
}

static inline void
faults_close(struct faults *f)
{
	(void)f;
}

static inline bool
faults_before(struct faults *f, struct crm_request *req)
{
	(void)f;
	(void)req;
	return false;
}

static inline void
faults_after(struct faults *f, struct crm_request *req)
{
	(void)f;
	(void)req;
}

static inline int64_t
faults_lag(const struct faults *f)
{
	(void)f;
	return 0;
}

static inline bool
faults_late(const struct faults *f)
{
	(void)f;
	return false;
}

static inline bool
faults_fork(const struct faults *f)
{
	(void)f;
	return false;
}

#endif

#endif
