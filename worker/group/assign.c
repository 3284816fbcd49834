/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/group/assign.h"

void assign_result_init(struct assign_result *result, size_t member_count)
{
    *result = (struct assign_result){
        .shares = xcalloc(member_count, sizeof(*result->shares)),
        .count = member_count,
    };
}

void assign_result_fini(struct assign_result *result)
{
    for (size_t i = 0; i < result->count; i++) {
        work_list_fini(&result->shares[i].assigned);
        work_list_fini(&result->shares[i].revoked);
        work_fini(&result->shares[i].owns);
    }
    free(result->shares);
    *result = (struct assign_result){0};
}
