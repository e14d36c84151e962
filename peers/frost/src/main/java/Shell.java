import de.fraunhofer.iosb.ilt.frostserver.messagebus.MessageBusFactory;
import de.fraunhofer.iosb.ilt.frostserver.path.Version;
import de.fraunhofer.iosb.ilt.frostserver.persistence.PersistenceManagerFactory;
import de.fraunhofer.iosb.ilt.frostserver.service.Service;
import de.fraunhofer.iosb.ilt.frostserver.service.ServiceRequest;
import de.fraunhofer.iosb.ilt.frostserver.service.ServiceRequestBuilder;
import de.fraunhofer.iosb.ilt.frostserver.service.ServiceResponseDefault;
import de.fraunhofer.iosb.ilt.frostserver.settings.CoreSettings;
import de.fraunhofer.iosb.ilt.frostserver.util.HttpMethod;
import java.io.FileReader;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Properties;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.apache.catalina.startup.Tomcat;

/** What hands HTTP requests to the service of FROST-Server: all that its own HTTP module would do for these measurements. */
public class Shell extends HttpServlet {
    private final CoreSettings settings;

    Shell(CoreSettings settings) {
        this.settings = settings;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getPathInfo() == null ? "" : request.getPathInfo();
        String query = request.getQueryString();
        try (Service service = new Service(settings)) {
            String type = service.getRequestType(
                    HttpMethod.fromString(request.getMethod()), Version.V_1_1, path, request.getContentType());
            ServiceRequest asked = new ServiceRequestBuilder(settings, Version.V_1_1)
                    .withRequestType(type)
                    .withUrlPath(path)
                    .withUrlQuery(query == null ? null : URLDecoder.decode(query, StandardCharsets.UTF_8))
                    .withContent(request.getInputStream())
                    .withContentType(request.getContentType())
                    .build();
            ServiceResponseDefault answer = new ServiceResponseDefault();
            ServiceRequest.LOCAL_REQUEST.set(asked);
            service.execute(asked, answer);
            response.setStatus(answer.getCode());
            answer.getHeaders().forEach(response::addHeader);
            String written = answer.getWriter().toString();
            String text = written.isEmpty() && answer.getMessage() != null ? answer.getMessage() : written;
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            response.setContentType("application/json;charset=UTF-8");
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        } finally {
            ServiceRequest.LOCAL_REQUEST.remove();
        }
    }

    public static void main(String[] arguments) throws Exception {
        Properties properties = new Properties();
        properties.load(new FileReader(arguments[0]));
        CoreSettings settings = new CoreSettings(properties);
        PersistenceManagerFactory.init(settings).maybeUpdateDatabase();
        MessageBusFactory.createMessageBus(settings);
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory("frost").toString());
        tomcat.setPort(Integer.parseInt(arguments[1]));
        // As many connections as the generator has, kept open however many requests they bring.
        tomcat.getConnector().setProperty("maxThreads", "300");
        tomcat.getConnector().setProperty("maxKeepAliveRequests", "-1");
        tomcat.getConnector().setProperty("keepAliveTimeout", "-1");
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        var context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "frost", new Shell(settings));
        context.addServletMappingDecoded("/sta/v1.1/*", "frost");
        tomcat.start();
        System.out.println("FROST-Server answers at " + arguments[1]);
        tomcat.getServer().await();
    }
}
