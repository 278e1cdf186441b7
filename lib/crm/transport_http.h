/* SPDX-License-Identifier: MIT */
/*
 * The way to a vendor. This is the only place that knows a project's secret:
 * it goes into a request when it is sent, and is taken out of what comes back,
 * should the vendor repeat it.
 */
#ifndef CRM_TRANSPORT_HTTP_H
#define CRM_TRANSPORT_HTTP_H

#include "crm/crm.h"

/*
 * For drivers with `site`: opens DIR/secrets/NAME, NAME being the driver's.
 * NULL and e if it is missing or unsafe (ERR_ACCESS) or isn't understood.
 */
struct crm_transport *transport_http_open(struct crm *c, struct err *e);

#endif
