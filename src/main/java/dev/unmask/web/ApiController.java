package dev.unmask.web;

import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.Yaml;

/// The OpenAPI document.
@Controller
final class ApiController {

    static final String YAML = "application/yaml";
    private static final int LINE = 120;

    @Get("/openapi.yaml")
    @Produces(YAML)
    String yaml() {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(FlowStyle.BLOCK);
        options.setDereferenceAliases(true);
        options.setWidth(LINE);
        return new Yaml(options).dump(ApiDocument.tree());
    }

    @Get("/openapi.json")
    @Produces(MediaType.APPLICATION_JSON)
    Map<String, Object> json() {
        return ApiDocument.tree();
    }
}
