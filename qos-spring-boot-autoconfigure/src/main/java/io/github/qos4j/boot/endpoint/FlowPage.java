package io.github.qos4j.boot.endpoint;

import java.util.List;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A page of the flows that match, the newest first.
 *
 * @param page the number of the page, from 0
 * @param size how many flows a page has at most
 * @param total how many flows match
 * @param flows the flows of this page
 */
public record FlowPage(int page, int size, int total, List<FlowDescriptor> flows) implements OperationResponseBody {

}
