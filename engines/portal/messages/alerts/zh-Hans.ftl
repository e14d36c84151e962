# 警报及其规则
alerts-title = 警报
alerts-lead = 本市的规则在读数中发现了什么、从何时开始、意味着什么，以及接下来会怎样处理。
alerts-heading = 警报记录
alerts-caption = 警报，最新的在前
alerts-found = { $n ->
    [0] 没有符合条件的警报。
   *[other] 有 { SHOW($n) } 条符合条件的警报。
}
alerts-follow = 用 Atom 关注警报
alerts-open = 未结束
alerts-all = 全部
alert-what = 事项
alert-where = 地点
alert-since = 开始时间
alert-state = 状态
alert-severity = 严重程度
alert-rule = 规则
alert-found = 发现时间
alert-cleared = 结束时间
alert-value = 数值
alert-share = 同时有 { $share }% 的地点
alert-everywhere = 多个地点同时出现
alert-is-raised = 未处理
alert-is-acknowledged = 跟进中
alert-is-cleared = 已结束
alert-is-withdrawn = 规则已撤回
severity-info = 供参考
severity-warning = 需留意
severity-severe = 严重
alert-means = 这意味着什么
alert-next = 接下来会怎样
alert-around = 前后几小时的读数
alert-not-acknowledged = 暂时没有人表示正在跟进。
alert-acknowledged-at = 已于 { $at } 有人跟进。
alert-acknowledged-by = { $by } 于 { $at } 开始跟进。{ $remark }
alert-acknowledge = 由我跟进
alert-acknowledge-text = 你的姓名和备注会存入审计记录，只有运营者可以看到；公众只会看到警报已有人跟进。
alert-by = 你的姓名
alert-by-wrong = 请填写姓名，最多 100 个字符。
alert-remark = 备注
alert-remark-hint = 你发现了什么，或会怎样处理。
rules-title = 监测项目
rules-text = 每条规则都是本市资料包里的一个文件，用历史记录重放之后才会启用；未能重放的，会在此说明原因。
rules-none = 目前没有公开的规则。
rule-on = 已启用
rule-off = 已停用
rule-kind-when = 每个读数都会与界线比较。
rule-kind-stuck = 读数长时间不变就会发出警报。
rule-kind-gap = 两个读数之间有缺口就会发出警报。
rule-kind-absence = 长时间没有读数就会发出警报。
rule-kind-combination = 同一地点的多项读数会一并判断。
rule-kind-many = 须有多个地点同时出现才会发出警报。
rule-watches = { $n ->
    [0] 它所监测的项目在此还没有任何读数。
   *[other] 正在监测 { SHOW($n) } 个数据流或组别。
}
rule-replayed = { $n ->
    [0] 已重放 { $from } 至 { $to } 的记录：没有警报。
   *[other] 已重放 { $from } 至 { $to } 的记录：{ SHOW($n) } 条警报。
}
rule-unreplayed = 未经重放：{ $reason }

# 警报邮件
mail-raised = 警报：{ $title }
mail-cleared = 已结束：{ $title }
mail-many = { $n ->
   *[other] { SHOW($n) } 条警报消息
}
mail-more = { $n ->
   *[other] 另有 { SHOW($n) } 条，详见警报网页。
}
mail-recording = 来自记录，并非实时
mail-simulated = 模拟，并非真实
