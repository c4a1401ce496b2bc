package start;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;

/**
 * An ordinary application, which knows nothing of marks. Once it is ready it prints what
 * {@link BeanTimes} knows.
 */
@SpringBootApplication
public class StartApplication {

	public static void main(String[] arguments) {
		BeanTimes times = new BeanTimes();
		SpringApplication application = new SpringApplication(StartApplication.class);
		application.setApplicationStartup(times);
		application.addListeners(
				(ApplicationReadyEvent ready) -> times.print(ready.getApplicationContext().getBeanFactory()));
		application.run(arguments);
	}

}
