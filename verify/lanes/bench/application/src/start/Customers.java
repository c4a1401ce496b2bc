package start;

import org.springframework.data.jpa.repository.JpaRepository;

/**
 * All customers.
 */
public interface Customers extends JpaRepository<Customer, Long> {

	Customer findByName(String name);

}
