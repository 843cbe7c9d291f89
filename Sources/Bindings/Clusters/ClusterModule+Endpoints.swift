import Base
import LuaBridge
import Service

extension ClusterModule {
  /// What `cluster` has for live servers.
  @MemberBuilder static var endpoints: [ExportedMember] {
    function(
      "endpoint", "Names a live server that speaks OpenAI's interface.",
      .string("url", "where its routes begin"),
      .named(
        .optional(.string("model", "the model to ask for; the first that it lists by itself")),
        .optional(.string("api_key", "sent along as a bearer token")))
    ) { url, options in
      let (model, key) = options.values
      return EndpointObject(try Endpoint(url: url, model: model, apiKey: key))
    }
    .example(#"cluster.endpoint("http://127.0.0.1:8000/v1", { model = "smollm2-135m-instruct" })"#)
    function(
      "fit_cost", "Fits a cost model to measurements of steps by robust least squares.",
      .value(
        "measurements",
        "a list of { seconds, prefill_tokens, prefill_pairs, prompts, decodes, decode_context_tokens, "
          + "steps, requests, name }", of: [LuaTable].self)
    ) { try MeasurementList.fit($0) }
    .example(
      "cluster.fit_cost{ { prefill_tokens = 10, seconds = 0.02 }, { prefill_tokens = 100, "
        + "seconds = 0.1 }, { decodes = 4, seconds = 0.03 } }.cost:seconds{ decodes = 4 }")
    EndpointObject.exported
    MeasurementObject.exported
    CalibrationObject.exported
  }
}
