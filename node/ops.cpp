#include "node/ops.h"

#include "json/json.h"

namespace datadeed::node {

std::string health_json(const std::vector<HealthCheck>& checks) {
    json::Value list = json::Value::object();
    for (const HealthCheck& check : checks) {
        list.set(check.name, json::Value::object({{"ok", check.ok}, {"why", check.why}}));
    }
    return json::dump(json::Value::object({{"ready", is_ready(checks)}, {"checks", std::move(list)}}));
}

http::Response ready_response(const replica::ReadyAnswer& answer, const std::string& node, const ChainId& chain) {
    if (answer.code.empty()) {
        return http::json_response(
            200, json::dump(json::Value::object(
                     {{"node", node}, {"chain", to_hex(chain.value)}, {"height", answer.height.value}})));
    }
    return http::json_response(
        409,
        json::dump(json::Value::object({{"code", answer.code}, {"detail", answer.reason}, {"hint", answer.hint}})));
}

http::Router make_ops_router(OpsSources sources) {
    http::Router router;
    router.add(http::Method::get, "/livez", {}, [](const http::Request&, const http::Responder& responder) {
        responder.send(http::text_response(200, "ok\n"));
    });
    router.add(http::Method::get, "/readyz", {"verbose"},
               [health = sources.health](const http::Request& request, const http::Responder& responder) {
                   const std::vector<HealthCheck> checks = health();
                   const unsigned status = is_ready(checks) ? 200 : 503;
                   responder.send(request.find_query("verbose")
                                      ? http::json_response(status, health_json(checks))
                                      : http::text_response(status, status == 200 ? "ok\n" : "not ready\n"));
               });
    router.add(http::Method::get, "/metrics", {},
               [metrics = sources.metrics](const http::Request&, const http::Responder& responder) {
                   http::Response response = http::text_response(200, metrics->text());
                   response.content_type = "text/plain; version=0.0.4; charset=utf-8";
                   responder.send(std::move(response));
               });
    router.add(http::Method::post, "/ready", {"vote"},
               [say_ready = sources.say_ready](const http::Request& request, const http::Responder& responder) {
                   const auto key = array_from_hex<32>(request.find_query("vote").value_or(""));
                   if (key) return say_ready(crypto::PublicKey{*key}, responder);
                   responder.send(http::text_response(400, "vote must be a public key, 64 hex digits\n"));
               });
    router.add(http::Method::get, "/version", {},
               [text = sources.version_json](const http::Request&, const http::Responder& responder) {
                   responder.send(http::json_response(200, text));
               });
    return router;
}

}  // namespace datadeed::node
