/* SPDX-License-Identifier: Apache-2.0 */
/* converter_classes - the table of converters. A class is a file of its own, and a row here. */
#include "worker/convert/bytes.h"
#include "worker/convert/converter.h"
#include "worker/convert/simple_header.h"

const struct converter_class *const converter_classes[] = {
    &bytes_converter,
    &simple_header_converter,
    NULL,
};
