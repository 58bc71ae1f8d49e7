/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outputs: what the host offers, how the guest hears of it, and what it reads then. */
#include "guest.h"

static const VgpuOutput large = {
    .enabled = true, .width = 3840, .height = 2160, .width_mm = 600, .height_mm = 340,
    .refresh_millihertz = 59940,
};

static uint32_t events(VgpuHarness *harness)
{
    struct virtio_gpu_config config;

    vgpu_device_get_config(harness->device, &config);
    return config.events_read;
}

static struct virtio_gpu_resp_display_info ask_display_info(VgpuHarness *harness)
{
    struct virtio_gpu_ctrl_hdr request = { .type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO };
    VgpuFakeRequest *sent =
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));
    struct virtio_gpu_resp_display_info info;

    vgpu_harness_process(harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
    memcpy(&info, sent->answer, sizeof(info));
    return info;
}

static void config_says_what_there_is(VgpuHarness *harness)
{
    struct virtio_gpu_config config;

    memset(&config, 0xff, sizeof(config));
    vgpu_device_get_config(harness->device, &config);
    g_assert_cmpuint(config.events_read, ==, 0);
    g_assert_cmpuint(config.events_clear, ==, 0);
    g_assert_cmpuint(config.num_scanouts, ==, VGPU_HARNESS_OUTPUTS);
    g_assert_cmpuint(config.num_capsets, ==, 0);
}

static void change_raises_the_event_until_it_is_cleared(VgpuHarness *harness)
{
    vgpu_device_set_output(harness->device, 1, &large);
    g_assert_cmphex(events(harness), ==, VIRTIO_GPU_EVENT_DISPLAY);
    g_assert_cmpuint(harness->sink.n_config_changed, ==, 1);
    vgpu_device_clear_events(harness->device, 0xfffffffe);
    g_assert_cmphex(events(harness), ==, VIRTIO_GPU_EVENT_DISPLAY);
    vgpu_device_clear_events(harness->device, VIRTIO_GPU_EVENT_DISPLAY);
    g_assert_cmphex(events(harness), ==, 0);
    vgpu_device_clear_events(harness->device, UINT32_MAX);
    g_assert_cmphex(events(harness), ==, 0);
}

static void no_change_is_no_event(VgpuHarness *harness)
{
    vgpu_device_set_output(harness->device, 0, &large);
    vgpu_device_clear_events(harness->device, VIRTIO_GPU_EVENT_DISPLAY);
    vgpu_device_set_output(harness->device, 0, &large);
    g_assert_cmphex(events(harness), ==, 0);
    g_assert_cmpuint(harness->sink.n_config_changed, ==, 1);
}

static void every_part_of_an_output_is_a_change(VgpuHarness *harness)
{
    VgpuOutput outputs[6] = { large, large, large, large, large, large };

    outputs[0].enabled = false;
    outputs[1].width = 1;
    outputs[2].height = 1;
    outputs[3].width_mm = 1;
    outputs[4].height_mm = 1;
    outputs[5].refresh_millihertz = 1;
    for (size_t i = 0; i < G_N_ELEMENTS(outputs); i++) {
        vgpu_device_set_output(harness->device, 0, &large);
        vgpu_device_clear_events(harness->device, VIRTIO_GPU_EVENT_DISPLAY);
        vgpu_device_set_output(harness->device, 0, &outputs[i]);
        g_assert_cmphex(events(harness), ==, VIRTIO_GPU_EVENT_DISPLAY);
        g_assert_cmpmem(vgpu_device_get_output(harness->device, 0), sizeof(VgpuOutput),
                        &outputs[i], sizeof(VgpuOutput));
    }
}

static void display_info_lists_the_enabled_and_is_zero_elsewhere(VgpuHarness *harness)
{
    static const struct virtio_gpu_display_one nothing;
    struct virtio_gpu_resp_display_info info = ask_display_info(harness);
    VgpuOutput off = large;

    for (int i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
        g_assert_cmpmem(&info.pmodes[i], sizeof(nothing), &nothing, sizeof(nothing));
    }
    off.enabled = false;
    vgpu_device_set_output(harness->device, 0, &off);
    vgpu_device_set_output(harness->device, 2, &large);
    info = ask_display_info(harness);
    for (int i = 0; i < VIRTIO_GPU_MAX_SCANOUTS; i++) {
        if (i != 2) {
            g_assert_cmpmem(&info.pmodes[i], sizeof(nothing), &nothing, sizeof(nothing));
        }
    }
    g_assert_cmpuint(info.pmodes[2].enabled, ==, 1);
    g_assert_cmpuint(info.pmodes[2].r.width, ==, 3840);
    g_assert_cmpuint(info.pmodes[2].r.height, ==, 2160);
    g_assert_cmpuint(info.pmodes[2].flags, ==, 0);
}

static void edid_is_of_the_output_asked_for(VgpuHarness *harness)
{
    struct virtio_gpu_cmd_get_edid request = { .hdr.type = VIRTIO_GPU_CMD_GET_EDID, .scanout = 1 };
    const struct virtio_gpu_resp_edid *edid;
    VgpuFakeRequest *sent;

    vgpu_device_set_output(harness->device, 1, &large);
    sent = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));
    vgpu_harness_process(harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, VIRTIO_GPU_RESP_OK_EDID);
    edid = (const void *)sent->answer;
    g_assert_cmpuint(edid->size, ==, 256);
    g_assert_cmpuint(edid->padding, ==, 0);
    for (size_t i = 0; i < sizeof(edid->edid); i++) {
        g_assert_cmphex(edid->edid[i], ==, i < 256 ? vgpu_fake_edid_byte(&large, i) : 0);
    }
}

static void edid_may_fill_its_array(VgpuHarness *harness)
{
    struct virtio_gpu_cmd_get_edid request = { .hdr.type = VIRTIO_GPU_CMD_GET_EDID };
    VgpuFakeRequest *sent;

    harness->sink.edid_length = VGPU_EDID_SIZE;
    sent = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));
    vgpu_harness_process(harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, VIRTIO_GPU_RESP_OK_EDID);
    g_assert_cmpuint(((const struct virtio_gpu_resp_edid *)sent->answer)->size, ==, 1024);
}

static void outputs_stay_over_a_reset(VgpuHarness *harness)
{
    struct virtio_gpu_resp_display_info info;

    vgpu_device_set_output(harness->device, 3, &large);
    vgpu_harness_reset(harness);
    info = ask_display_info(harness);
    g_assert_cmpuint(info.pmodes[3].enabled, ==, 1);
}

static const VgpuHarnessTest tests[] = {
    { "config-says-what-there-is", config_says_what_there_is },
    { "change-raises-the-event-until-it-is-cleared", change_raises_the_event_until_it_is_cleared },
    { "no-change-is-no-event", no_change_is_no_event },
    { "every-part-of-an-output-is-a-change", every_part_of_an_output_is_a_change },
    { "display-info-lists-the-enabled-and-is-zero-elsewhere",
      display_info_lists_the_enabled_and_is_zero_elsewhere },
    { "edid-is-of-the-output-asked-for", edid_is_of_the_output_asked_for },
    { "edid-may-fill-its-array", edid_may_fill_its_array },
    { "outputs-stay-over-a-reset", outputs_stay_over_a_reset },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_harness_add_tests("outputs", tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
