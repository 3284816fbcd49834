/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/membership.h"

#include <stdlib.h>

void assignment_free(struct assignment *a)
{
    if (!a)
        return;
    free(a->leader);
    free(a->leader_url);
    work_fini(&a->assigned);
    work_fini(&a->revoked);
    free(a);
}
