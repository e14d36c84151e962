# 警示及其規則
alerts-title = 警示
alerts-lead = 本市的規則在讀數中發現了甚麼、由何時開始、代表甚麼，以及接着會怎樣處理。
alerts-heading = 警示紀錄
alerts-caption = 警示，最新的在先
alerts-found = { $n ->
    [0] 沒有符合條件的警示。
   *[other] 有 { SHOW($n) } 項符合條件的警示。
}
alerts-follow = 以 Atom 追蹤警示
alerts-open = 未完結
alerts-all = 全部
alert-what = 事項
alert-where = 地點
alert-since = 開始時間
alert-state = 狀態
alert-severity = 嚴重程度
alert-rule = 規則
alert-found = 發現時間
alert-cleared = 完結時間
alert-value = 數值
alert-share = 同時有 { $share }% 的地點
alert-everywhere = 多個地點同時出現
alert-is-raised = 未處理
alert-is-acknowledged = 跟進中
alert-is-cleared = 已完結
alert-is-withdrawn = 規則已撤回
severity-info = 供參考
severity-warning = 須留意
severity-severe = 嚴重
alert-means = 這代表甚麼
alert-next = 接着會怎樣
alert-around = 前後數小時的讀數
alert-not-acknowledged = 暫時未有人表示正在跟進。
alert-acknowledged-at = 已於 { $at } 有人跟進。
alert-acknowledged-by = { $by } 於 { $at } 開始跟進。{ $remark }
alert-acknowledge = 由我跟進
alert-acknowledge-text = 你的姓名和備註會存入審計紀錄，只有營運者可以看到；公眾只會看到警示已有人跟進。
alert-by = 你的姓名
alert-by-wrong = 請填寫姓名，最多 100 個字元。
alert-remark = 備註
alert-remark-hint = 你發現了甚麼，或會怎樣處理。
rules-title = 監察項目
rules-text = 每項規則都是本市資料包內的一個檔案，以歷史紀錄重播過後才會啟用；未能重播的，會在此說明原因。
rules-none = 目前未有公開的規則。
rule-on = 已啟用
rule-off = 已停用
rule-kind-when = 每個讀數都會與界線比較。
rule-kind-stuck = 讀數長時間不變便會發出警示。
rule-kind-gap = 兩個讀數之間有缺口便會發出警示。
rule-kind-absence = 長時間沒有讀數便會發出警示。
rule-kind-combination = 同一地點的多項讀數會一併判斷。
rule-kind-many = 須有多個地點同時出現才會發出警示。
rule-watches = { $n ->
    [0] 它所監察的項目在此仍未有任何讀數。
   *[other] 正在監察 { SHOW($n) } 個數據流或組別。
}
rule-replayed = { $n ->
    [0] 已重播 { $from } 至 { $to } 的紀錄：沒有警示。
   *[other] 已重播 { $from } 至 { $to } 的紀錄：{ SHOW($n) } 項警示。
}
rule-unreplayed = 未經重播：{ $reason }

# 警示電郵
mail-raised = 警示：{ $title }
mail-cleared = 已完結：{ $title }
mail-many = { $n ->
   *[other] { SHOW($n) } 則警示訊息
}
mail-more = { $n ->
   *[other] 另有 { SHOW($n) } 則，詳見警示網頁。
}
mail-recording = 來自紀錄，並非即時
mail-simulated = 模擬，並非真實
