/* SPDX-License-Identifier: Apache-2.0 */
/* converter_classes - the table of converters. A class is a file of its own, and a row here. */
#include "worker/convert/bytes.h"
#include "worker/convert/converter.h"
#include "worker/convert/json.h"
#include "worker/convert/primitives.h"
#include "worker/convert/simple_header.h"
#include "worker/convert/text.h"

const struct converter_class *const converter_classes[] = {
    &bytes_converter,
    &json_converter,
    &text_converter,
    &boolean_converter,
    &short_converter,
    &integer_converter,
    &long_converter,
    &float_converter,
    &double_converter,
    &simple_header_converter,
    NULL,
};
