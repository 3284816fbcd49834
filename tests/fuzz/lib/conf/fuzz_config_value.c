/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte is the type, the rest a text. What a value shows is read as the same value. */
#include "lib/conf/config_value.h"

#include <assert.h>
#include <string.h>

#include "lib/base/xmem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(enum tern_config_type type, const char *text)
{
    CLEANUP(config_value_fini) struct config_value value = CONFIG_VALUE_INIT;
    CLEANUP(config_value_fini) struct config_value again = CONFIG_VALUE_INIT;
    CLEANUP(freep) char *shown = NULL, *same = NULL, *fault = NULL;

    fault = config_value_fault("k", type, text, &value);
    if (fault)
        return;
    shown = config_value_text(&value);
    assert(!config_value_fault("k", type, shown, &again));
    same = config_value_text(&again);
    assert(strcmp(shown, same) == 0);
    assert(config_value_has_duplicates(&value) == config_value_remove_duplicates(&value));
    assert(!config_value_has_duplicates(&value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(freep) char *text = NULL;

    if (size == 0)
        return 0;
    text = xstrndup((const char *)data + 1, size - 1);
    check((enum tern_config_type)(TERN_BOOL + data[0] % TERN_PASSWORD), text);
    return 0;
}
